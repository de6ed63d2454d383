// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import {
  buildPackages,
  repository,
  run,
  runChecked,
  type StartedServer,
  startServer,
} from "../../../scripts/child-process.js";
import type { Runtime } from "./runtime.js";

const programs = join(repository, ".cache/runtimes/pairs");
const clientTimeoutMs = 120_000;

export type Carrier = "cleartext" | "tls";

export interface PairResult {
  readonly passed: number;
  readonly failed: readonly string[];
}

/** Compiles the package and the programs of a pair, which use it as a user does: by its entry points. */
export async function preparePairs(): Promise<void> {
  await buildPackages();
  await runChecked(process.execPath, [
    join(repository, "node_modules/typescript/bin/tsc"),
    "-p",
    join(repository, "runtime/test/runtimes"),
  ]);
}

/** Pairs of different kinds, each both ways; of Node only the oldest and the newest there is. */
export function choosePairs(runtimes: readonly Runtime[]): [client: Runtime, server: Runtime][] {
  const nodes = runtimes.filter(({ kind }) => kind === "node");
  const others = runtimes.filter(({ kind }) => kind !== "node");
  const chosen = [...new Set([...nodes.slice(0, 1), ...nodes.slice(-1)]), ...others];
  return chosen.flatMap((client) =>
    chosen.filter((server) => server.kind !== client.kind).map((server): [Runtime, Runtime] => [client, server]),
  );
}

/** Starts the server of a pair, with TLS and client certificates where asked for. */
export function startPairServer({ command }: Runtime, carrier: Carrier): Promise<StartedServer> {
  const [program, ...args] = command;
  return startServer(program, [...args, join(programs, "pair-server.js"), ...tlsFlags(carrier, "server")]);
}

/** Makes every check of pair-client.ts from one runtime against a server of another. */
export async function runPair(client: Runtime, server: Runtime, carrier: Carrier): Promise<PairResult> {
  const name = `${client.name} to ${server.name}, ${carrier}`;
  try {
    await using started = await startPairServer(server, carrier);
    const [program, ...args] = client.command;
    const flags = [String(started.port), ...tlsFlags(carrier, "client")];
    const { exitCode, stdout, stderr } = await run(program, [...args, join(programs, "pair-client.js"), ...flags], {
      timeoutMs: clientTimeoutMs,
    });
    const failed = [...stdout.matchAll(/^failed (.*)$/gm)].map(([, reason]) => `${name}: ${reason}`);
    const checked = Number(/^checked (\d+)$/m.exec(stdout)?.[1] ?? 0);
    const passed = Math.max(0, checked - failed.length);
    if (exitCode === 0 && checked > 0) return { passed, failed };
    return { passed, failed: [...failed, `${name}: exit code ${exitCode} after ${checked} checks: ${stderr}`] };
  } catch (error) {
    return { passed: 0, failed: [`${name}: ${(error as Error).message}`] };
  }
}

function tlsFlags(carrier: Carrier, side: "client" | "server"): string[] {
  if (carrier === "cleartext") return [];
  const pem = (file: string) => join(repository, "testdata/certs", file);
  return ["--tls", pem(`${side}.pem`), pem(`${side}.key`), pem("ca.pem")];
}
