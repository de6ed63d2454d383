// SPDX-License-Identifier: Apache-2.0
import { run, runChecked } from "../scripts/child-process.js";

/** One way to load a server: so many connections, so many calls in flight on each. */
export interface Load {
  readonly connections: number;
  readonly callsInFlight: number;
}

export interface LoadTarget extends Load {
  readonly scheme: "http" | "https";
  readonly port: number;
  readonly path: string;
  readonly requestFile: string;
  readonly core: number;
  readonly seconds: number;
  /** Bytes of DATA that every right reply has. */
  readonly replyBytes: number;
}

export interface LoadedServer {
  readonly callsPerSecond: number;
  readonly calls: number;
}

/** Finds h2load, installing Debian's nghttp2-client where we may. Returns its version; rejects saying what to install. */
export async function findH2load(): Promise<string> {
  const found = await h2loadVersion();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0) throw new Error("h2load is missing: install Debian's nghttp2-client");
  await runChecked("apt-get", ["update", "-q"]);
  await runChecked("apt-get", ["install", "-y", "-q", "nghttp2-client"]);
  const installed = await h2loadVersion();
  if (installed === undefined) throw new Error("h2load is missing although nghttp2-client is installed");
  return installed;
}

async function h2loadVersion(): Promise<string | undefined> {
  return run("h2load", ["--version"]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

/**
 * Loads a server for a while and returns how many calls it answered. Rejects unless every reply is a 2xx that carries the
 * bytes it should: a gRPC error is a 200 too, but has no DATA.
 */
export async function measure(target: LoadTarget): Promise<LoadedServer> {
  const { connections, callsInFlight, scheme, port, path, requestFile, core, seconds, replyBytes } = target;
  const output = await runChecked("taskset", [
    ...["-c", String(core), "h2load", "-t", "1", "-D", String(seconds)],
    ...["-c", String(connections), "-m", String(callsInFlight), "-d", requestFile],
    ...["-H", "content-type: application/grpc", "-H", "te: trailers"],
    `${scheme}://127.0.0.1:${port}${path}`,
  ]);
  const rate = numbers(output, /^finished in [\d.]+\w+, ([\d.]+) req\/s/m);
  const requests = numbers(
    output,
    /^requests: .*?(\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout/m,
  );
  const statuses = numbers(output, /^status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx/m);
  const traffic = numbers(output, /^traffic: .*\((\d+)\) data$/m);
  const [done = 0, succeeded = 0, ...unhappy] = requests;
  const [ok = 0, ...otherStatuses] = statuses;
  const [dataBytes = 0] = traffic;
  const [callsPerSecond = 0] = rate;
  const mostBytes = (done + connections * callsInFlight) * replyBytes;
  const right =
    done > 0 && succeeded === done && ok >= done && dataBytes >= done * replyBytes && dataBytes <= mostBytes;
  if (!right || [...unhappy, ...otherStatuses].some((count) => count > 0)) {
    throw new Error(`replies are missing or wrong (${replyBytes} bytes of DATA expected in each)\n${output}`);
  }
  return { callsPerSecond, calls: done };
}

function numbers(output: string, pattern: RegExp): number[] {
  const match = pattern.exec(output);
  if (match === null) throw new Error(`h2load printed nothing like ${pattern}\n${output}`);
  return match.slice(1).map(Number);
}
