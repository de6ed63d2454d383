// SPDX-License-Identifier: Apache-2.0
import { type Channel, codeName, createChannel, type StatusError } from "../../src/node/index.js";
import { type Findings, median, quantile } from "../attack/findings.js";
import { collectedMemory } from "../attack/memory.js";
import { Program } from "../attack/program.js";
import type { ServerReport } from "../attack/server-program.js";
import { Random } from "../support/random.js";
import { both, collect, down, one } from "../support/text-service.js";
import { fitSlope } from "./slope.js";

const paceMs = 10;
const callsPerPace = 20;
const windows = 20;

interface Sample {
  readonly serverRss: number;
  readonly clientRss: number;
  readonly serverHeap: number;
  readonly clientHeap: number;
  readonly p99Ms: number;
}

/** K5: mixed calls at 2,000 a second for minutes: level memory, level latency, no status that was not meant. */
export async function soak(findings: Findings, seed: number, minutes: number): Promise<void> {
  const name = `K5 soak of ${minutes} min`;
  await using server = await Program.start(new URL("../attack/server-program.ts", import.meta.url), {});
  const { port } = await server.ask<{ port: number }>("ports");
  const channel = createChannel(`127.0.0.1:${port}`);
  await channel.connect();
  const random = new Random(seed);
  const unexpected: Record<string, number> = {};
  const samples: Sample[] = [];
  let calls = 0;
  const windowMs = (minutes * 60_000) / windows;
  for (let window = 0; window < windows; window++) {
    const latenciesMs: number[] = [];
    const running = new Set<Promise<void>>();
    const until = performance.now() + windowMs;
    while (performance.now() < until) {
      for (let index = 0; index < callsPerPace; index++) {
        calls += 1;
        const call = oneCall(channel, random, latenciesMs, unexpected).finally(() => running.delete(call));
        running.add(call);
      }
      await new Promise((resolve) => setTimeout(resolve, paceMs));
    }
    await Promise.all(running);
    const report = await server.ask<ServerReport>("report");
    const memory = await collectedMemory();
    latenciesMs.sort((a, b) => a - b);
    samples.push({
      serverRss: report.memory.rss,
      clientRss: memory.rss,
      serverHeap: report.memory.heap,
      clientHeap: memory.heap,
      p99Ms: quantile(latenciesMs, 0.99),
    });
    const { serverRss, clientRss, serverHeap, clientHeap, p99Ms } = samples.at(-1) as Sample;
    const mib = [serverRss, clientRss, serverHeap, clientHeap].map((value) => value.toFixed(1)).join(", ");
    findings.note(
      name,
      `window ${window + 1}`,
      `${calls} calls; RSS and heap of server and client ${mib} MiB; p99 ${p99Ms.toFixed(2)} ms`,
    );
  }
  // The first quarter is for warming up.
  const steady = samples.slice(windows / 4);
  const perTenMinutes = (10 * 60_000) / windowMs;
  const slope = (of: (sample: Sample) => number) => fitSlope(steady.map(of)) * perTenMinutes;
  const half = steady.length / 2;
  const p99 = steady.map(({ p99Ms }) => p99Ms);
  const drift = 100 * (median(p99.slice(half)) / median(p99.slice(0, half)) - 1);
  findings.equal(name, `unexpected statuses of ${calls} calls`, JSON.stringify(unexpected), "{}");
  findings.atMost(
    name,
    "slope of the server's resident set",
    slope(({ serverRss }) => serverRss),
    1,
    " MiB per 10 min",
  );
  findings.atMost(
    name,
    "slope of the client's resident set",
    slope(({ clientRss }) => clientRss),
    1,
    " MiB per 10 min",
  );
  findings.atMost(
    name,
    "slope of the server's heap",
    slope(({ serverHeap }) => serverHeap),
    1,
    " MiB per 10 min",
  );
  findings.atMost(
    name,
    "slope of the client's heap",
    slope(({ clientHeap }) => clientHeap),
    1,
    " MiB per 10 min",
  );
  findings.atMost(name, "drift of p99", drift, 20, " %");
  await channel.close();
}

/** unary 60 %, server stream 15 %, bidi 15 %, cancel 5 %, deadline 5 %. */
async function oneCall(
  channel: Channel,
  random: Random,
  latenciesMs: number[],
  unexpected: Record<string, number>,
): Promise<void> {
  const kind = random.below(100);
  const startedAt = performance.now();
  const [call, expected] = startCall(channel, kind);
  const code = await call.then(
    () => "OK",
    (error: StatusError) => codeName(error.code),
  );
  if (code !== expected) unexpected[`${code} for ${expected}`] = (unexpected[`${code} for ${expected}`] ?? 0) + 1;
  if (kind < 60) latenciesMs.push(performance.now() - startedAt);
}

function startCall(channel: Channel, kind: number): [call: Promise<unknown>, expected: string] {
  if (kind < 60) return [channel.call(one, { text: "hello" }, { timeoutMs: 10_000 }), "OK"];
  if (kind < 75) return [collect(channel.call(down, { text: "a b c d e" })), "OK"];
  if (kind < 90) return [collect(channel.call(both, [{ text: "a" }, { text: "b" }])), "OK"];
  if (kind < 95) {
    const call = channel.call(one, { text: "sleep" }, { timeoutMs: 10_000 });
    setTimeout(() => call.cancel(), 5);
    return [call, "CANCELLED"];
  }
  return [channel.call(one, { text: "sleep" }, { timeoutMs: 20 }), "DEADLINE_EXCEEDED"];
}
