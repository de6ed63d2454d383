// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, runChecked } from "../../../scripts/child-process.js";
import { startPairServer } from "./pairs.js";
import type { Runtime } from "./runtime.js";

const warmUpSeconds = 1;
const seconds = 2;
const text = "sixteen letters!";

/** Whether h2load is there to measure with. */
export async function hasH2load(): Promise<boolean> {
  return run("h2load", ["--version"]).then(
    () => true,
    () => false,
  );
}

/**
 * Calls per second of an 18-byte unary echo over 4 cleartext connections with 50 calls in flight on each; the load shares
 * the machine. Rejects when a reply fails or carries no message.
 */
export async function unaryRate(runtime: Runtime): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "petrel-rate-"));
  try {
    const requestFile = join(folder, "request.bin");
    const request = Buffer.concat([Buffer.from([0, 0, 0, 0, text.length + 2, 0x0a, text.length]), Buffer.from(text)]);
    await writeFile(requestFile, request);
    await using server = await startPairServer(runtime, "cleartext");
    await load(server.port, requestFile, warmUpSeconds, request.length);
    return await load(server.port, requestFile, seconds, request.length);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function load(port: number, requestFile: string, forSeconds: number, replyBytes: number): Promise<number> {
  const output = await runChecked("h2load", [
    ...["-t", "1", "-D", String(forSeconds), "-c", "4", "-m", "50", "-d", requestFile],
    ...["-H", "content-type: application/grpc", "-H", "te: trailers"],
    `http://127.0.0.1:${port}/petrel.runtimes.v1.Pairs/One`,
  ]);
  const number = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? Number.NaN);
  const done = number(/^requests: .*?(\d+) done/m);
  const succeeded = number(/^requests: .*?(\d+) succeeded/m);
  // A gRPC error is a 200 too, but has no DATA.
  const dataBytes = number(/^traffic: .*\((\d+)\) data$/m);
  if (!(done > 0 && succeeded === done && dataBytes >= done * replyBytes)) {
    throw new Error(`replies are missing or wrong\n${output}`);
  }
  return number(/^finished in [\d.]+\w+, ([\d.]+) req\/s/m);
}
