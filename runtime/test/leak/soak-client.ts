// SPDX-License-Identifier: Apache-2.0
// The client of the soak in a process of its own: mixed calls at 2,000 a second for as long as it is told.
import { type Channel, codeName, createChannel, type StatusError } from "../../src/node/index.js";
import { quantile } from "../attack/findings.js";
import { collectedMemory, type Memory } from "../attack/memory.js";
import { answer } from "../attack/program.js";
import { Random } from "../support/random.js";
import { both, collect, down, one } from "../support/text-service.js";

export interface SoakInput {
  readonly port: number;
  readonly seed: number;
}

/** What a while of calls came to. */
export interface SoakReport {
  readonly calls: number;
  /** Statuses that were not meant, and how many. */
  readonly unexpected: Readonly<Record<string, number>>;
  /** Of unary calls. */
  readonly p99Ms: number;
  readonly memory: Memory;
}

const paceMs = 10;
const callsPerPace = 20;

answer(async ({ port, seed }: SoakInput) => {
  const channel = createChannel(`127.0.0.1:${port}`);
  await channel.connect();
  const random = new Random(seed);
  return { run: (ms: number) => run(channel, random, ms) };
});

async function run(channel: Channel, random: Random, ms: number): Promise<SoakReport> {
  const latenciesMs: number[] = [];
  const unexpected: Record<string, number> = {};
  const running = new Set<Promise<void>>();
  let calls = 0;
  const startedAt = performance.now();
  for (let elapsedMs = 0; elapsedMs < ms; elapsedMs = performance.now() - startedAt) {
    // What a late timer missed is made up for, or a busy machine would be given fewer calls.
    for (const due = (Math.floor(elapsedMs / paceMs) + 1) * callsPerPace; calls < due; calls++) {
      const call = oneCall(channel, random, latenciesMs, unexpected).finally(() => running.delete(call));
      running.add(call);
    }
    await new Promise((resolve) => setTimeout(resolve, paceMs));
  }
  await Promise.all(running);
  latenciesMs.sort((a, b) => a - b);
  return { calls, unexpected, p99Ms: quantile(latenciesMs, 0.99), memory: await collectedMemory() };
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
