// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import type { Load } from "../h2load.js";
import { withInspectedServer } from "../inspected-server.js";
import { loadEcho, serverCore } from "../round.js";
import { named, type Row } from "./row.js";

const load: Load = { connections: 4, callsInFlight: 50 };
const usPerTick = 10_000;

/** What a call costs: CPU of the server's process, of the client's, and what the server's heap hands out. */
export const costRows: readonly Row[] = [
  {
    kind: "cost",
    name: "CPU a call, server c4 m50",
    unit: "µs",
    better: "less",
    contenders: ["petrel", "petrel-calling", "grpc-js", "connect-node", "node:http2", "grpc-go", "tonic"],
    targets: {},
    measure: async (contender, round) => {
      const { port, pid } = await round.server(contender);
      await loadEcho(port, load, round.seconds, "plaintext");
      const before = await cpuUs(pid);
      const { calls } = await loadEcho(port, load, round.seconds, "plaintext");
      return ((await cpuUs(pid)) - before) / calls;
    },
  },
  {
    kind: "cost",
    name: "CPU a call, client, 64 in flight",
    unit: "µs",
    better: "less",
    contenders: ["petrel", "grpc-js", "grpc-go"],
    targets: {},
    measure: async (contender, round, all) =>
      (await round.load(contender, { work: "echo", inFlight: 64 }, {}, named(all, "petrel"))).cpuUsPerCall,
  },
  {
    kind: "cost",
    name: "heap allocated a call, server c4 m50",
    unit: "B",
    better: "less",
    contenders: ["petrel", "petrel-calling", "grpc-js", "connect-node", "node:http2"],
    targets: {},
    measure: (contender, round) =>
      withInspectedServer(contender, serverCore, async (server) => {
        await loadEcho(server.port, load, round.seconds, "plaintext");
        await server.ask("trace");
        const { calls } = await loadEcho(server.port, load, round.seconds, "plaintext");
        const { allocated = 0 } = await server.ask("traced");
        return allocated / calls;
      }),
  },
];

/** User and system time of a process so far, to 10 ms (proc(5), fields 14 and 15). */
async function cpuUs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * usPerTick;
}
