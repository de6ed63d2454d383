// SPDX-License-Identifier: Apache-2.0
import { type Findings, median } from "../attack/findings.js";
import { areLoud, Neighbours } from "../attack/neighbours.js";
import { Program } from "../attack/program.js";
import type { ServerReport } from "../attack/server-program.js";
import { fitSlope } from "./slope.js";
import type { SoakInput, SoakReport } from "./soak-client.js";

const windows = 20;
/** The first quarter is for warming up. */
const warmUp = windows / 4;
/** V8 gives pages of its young generation back when it sees fit, and takes them again: with 16 MiB, more than a leak would. */
const youngMiB = 1;
/** With fewer windows that nobody disturbed, a drift cannot be told from chance. */
const leastCalm = 6;

interface Sample {
  readonly serverRss: number;
  readonly clientRss: number;
  readonly serverHeap: number;
  readonly clientHeap: number;
  readonly p99Ms: number;
  /** Cores that programs of others took meanwhile. */
  readonly othersCores: number;
}

/** K5: mixed calls at 2,000 a second for minutes: level memory, level latency, no status that was not meant. */
export async function soak(findings: Findings, seed: number, minutes: number): Promise<void> {
  const name = `K5 soak of ${minutes} min`;
  await using server = await Program.start(new URL("../attack/server-program.ts", import.meta.url), { youngMiB });
  const { port } = await server.ask<{ port: number }>("ports");
  const input: SoakInput = { port, seed };
  await using client = await Program.start(new URL("soak-client.ts", import.meta.url), { input, youngMiB });
  const neighbours = new Neighbours([process.pid, server.pid, client.pid]);
  const unexpected: Record<string, number> = {};
  const samples: Sample[] = [];
  let calls = 0;
  const windowMs = (minutes * 60_000) / windows;
  for (let window = 0; window < windows; window++) {
    neighbours.cores();
    const seen = await client.ask<SoakReport>("run", windowMs, windowMs);
    const othersCores = neighbours.cores();
    const { memory } = await server.ask<ServerReport>("report");
    calls += seen.calls;
    for (const [what, count] of Object.entries(seen.unexpected)) unexpected[what] = (unexpected[what] ?? 0) + count;
    samples.push({
      serverRss: memory.rss,
      clientRss: seen.memory.rss,
      serverHeap: memory.heap,
      clientHeap: seen.memory.heap,
      p99Ms: seen.p99Ms,
      othersCores,
    });
    const mib = [memory.rss, seen.memory.rss, memory.heap, seen.memory.heap]
      .map((value) => value.toFixed(1))
      .join(", ");
    const figures = `RSS and heap of server and client ${mib} MiB; p99 ${seen.p99Ms.toFixed(2)} ms`;
    findings.note(name, `window ${window + 1}`, `${calls} calls; ${figures}; others ${othersCores.toFixed(1)} cores`);
  }
  const steady = samples.slice(warmUp);
  const perTenMinutes = (10 * 60_000) / windowMs;
  const slope = (what: string, of: (sample: Sample) => number) =>
    findings.atMost(name, `slope of ${what}`, fitSlope(steady.map(of)) * perTenMinutes, 1, " MiB per 10 min");
  findings.equal(name, `unexpected statuses of ${calls} calls`, JSON.stringify(unexpected), "{}");
  slope("the server's resident set", ({ serverRss }) => serverRss);
  slope("the client's resident set", ({ clientRss }) => clientRss);
  slope("the server's heap", ({ serverHeap }) => serverHeap);
  slope("the client's heap", ({ clientHeap }) => clientHeap);
  const calm = steady.filter(({ othersCores }) => !areLoud(othersCores));
  const counted = calm.length >= leastCalm ? calm : steady;
  findings.note(
    name,
    "windows whose p99 counts",
    `${counted.length} of ${windows}, ${calm.length} of them undisturbed`,
  );
  findings.atMost(name, "drift of p99", driftOf(counted.map(({ p99Ms }) => p99Ms)), 20, " %");
}

/** Percent by which the median of the later half is above that of the earlier. */
function driftOf(values: readonly number[]): number {
  const half = Math.ceil(values.length / 2);
  return 100 * (median(values.slice(half)) / median(values.slice(0, half)) - 1);
}
