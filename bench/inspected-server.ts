// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { startServer } from "../scripts/child-process.js";
import { bench, type Contender } from "./contender.js";

/** A Node server that tells about its own heap; see peers/inspect.js for the questions. */
export interface InspectedServer {
  readonly port: number;
  ask(question: "memory" | "trace" | "traced" | "watch" | "watched"): Promise<Readonly<Record<string, number>>>;
}

/** Runs `work` beside a contender's server that is started for it alone on the core given. */
export async function withInspectedServer<T>(
  { server, env }: Contender,
  core: number,
  work: (server: InspectedServer) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "petrel-bench-"));
  const path = join(folder, "inspect");
  const [program, ...args] = server;
  const inspected = [program, "--expose-gc", "--import", join(bench, "peers/inspect.js"), ...args];
  try {
    await using started = await startServer("taskset", ["-c", String(core), ...inspected], {
      env: { ...process.env, ...env, BENCH_INSPECT: path },
    });
    const socket = connect(path);
    const lines = createInterface(socket)[Symbol.asyncIterator]();
    try {
      return await work({
        port: started.port,
        async ask(question) {
          socket.write(`${question}\n`);
          return JSON.parse(String((await lines.next()).value));
        },
      });
    } finally {
      socket.destroy();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
