// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecked, startServer } from "../../scripts/child-process.js";
import { bench, type Contender } from "../contender.js";
import { loadCore, type Round, serverCore } from "../round.js";
import { type CpuProfile, codecShare } from "./profile-shares.js";
import type { Row } from "./row.js";

const inFlight = 64;
const intervalUs = 250;
// A profile is written when a process ends by itself.
const endOnSignal = 'data:text/javascript,process.once("SIGTERM",()=>process.exit(0))';

interface Shares {
  readonly server: number;
  readonly client: number;
}

/** One run gives both sides. */
const measured = new WeakMap<Round, Promise<Shares>>();

/** Where the processor's time of a unary call with a real message goes, by `--cpu-prof` of both processes. */
export const profileRows: readonly Row[] = (["server", "client"] as const).map(
  (side): Row => ({
    kind: "profile",
    name: `codec's share of CPU, ${side}, order of 2.6 kB`,
    unit: "%",
    better: "less",
    contenders: ["petrel"],
    targets: {},
    measure: async (contender, round) => {
      const shares = measured.get(round) ?? profile(contender, round);
      measured.set(round, shares);
      return 100 * (await shares)[side];
    },
  }),
);

async function profile(contender: Contender, { seconds }: Round): Promise<Shares> {
  const { client } = contender;
  if (client === undefined || !("module" in client)) throw new Error(`${contender.name} has no client to profile`);
  const folder = await mkdtemp(join(tmpdir(), "petrel-bench-"));
  const [node, ...serverArgs] = contender.server;
  const flags = (name: string) => [
    "--cpu-prof",
    "--cpu-prof-interval",
    String(intervalUs),
    "--cpu-prof-dir",
    join(folder, name),
  ];
  try {
    for (const name of ["server", "client"]) await mkdir(join(folder, name));
    {
      const command = [node, ...flags("server"), "--import", endOnSignal, ...serverArgs, "--interceptor"];
      await using server = await startServer("taskset", ["-c", String(serverCore), ...command]);
      const load = [client.module, server.port, "placeOrder", seconds, inFlight].map(String);
      await runChecked("taskset", [
        "-c",
        String(loadCore),
        node,
        ...flags("client"),
        join(bench, "peers/load.js"),
        ...load,
      ]);
    }
    return {
      server: codecShare(await readProfile(join(folder, "server")), seconds),
      client: codecShare(await readProfile(join(folder, "client")), seconds),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readProfile(folder: string): Promise<CpuProfile> {
  const [name] = await readdir(folder);
  if (name === undefined) throw new Error(`no profile was written into ${folder}`);
  return JSON.parse(await readFile(join(folder, name), "utf8"));
}
