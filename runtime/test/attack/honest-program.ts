// SPDX-License-Identifier: Apache-2.0
// An honest client in a process of its own: calls at a steady pace, waiting for none before the next leaves.
import { readFileSync } from "node:fs";
import { type Channel, codeName, createChannel, type StatusError } from "../../src/node/index.js";
import { collect, down, one } from "../support/text-service.js";
import { answer } from "./program.js";

export interface HonestInput {
  readonly port: number;
}

/** Latencies in milliseconds, in order; failures by status. */
export interface HonestReport {
  readonly latenciesMs: readonly number[];
  readonly failed: Readonly<Record<string, number>>;
}

export interface ScriptedCall {
  readonly shape: "one" | "down";
  readonly text: string;
  readonly timeoutMs?: number;
  readonly count: number;
  /** The status's name, or the reply. */
  readonly expected: string;
}

export interface DeadlineReport {
  readonly ended: Readonly<Record<string, number>>;
  /** Milliseconds from the deadline to the call's end. */
  readonly lateMs: readonly number[];
  readonly timersLeft: number;
}

const paceMs = 5;
const callTimeoutMs = 2_000;

answer(async ({ port }: HonestInput) => {
  const channel = createChannel(`127.0.0.1:${port}`);
  await channel.connect();
  let load = new Load(channel);
  return {
    start: () => {
      load = new Load(channel);
      load.start();
    },
    stop: () => load.stop(),
    script: async (calls: readonly ScriptedCall[]) => {
      await using fresh = createChannel(`127.0.0.1:${port}`);
      return await runScript(fresh, calls);
    },
    deadlines: ({ count, concurrency }: { count: number; concurrency: number }) =>
      runDeadlines(channel, count, concurrency),
    flood: ({ count, perSecond }: { count: number; perSecond: number }) => flood(channel, count, perSecond),
    "tls call": (input: { target: string; serverName?: string; ca: boolean }) => tlsCall(input),
    "call anew": async () => {
      await using fresh = createChannel(`127.0.0.1:${port}`);
      return await outcome(fresh.call(one, { text: "hello" }, { timeoutMs: 5_000 }));
    },
  };
});

/** Calls every 5 ms. */
class Load {
  readonly #channel: Channel;
  readonly #latenciesMs: number[] = [];
  readonly #failed: Record<string, number> = {};
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  start(): void {
    let sent = 0;
    const startedAt = performance.now();
    this.#timer = setInterval(() => {
      // What a late timer missed is made up for: otherwise a stall would be counted once instead of for its length.
      const due = Math.floor((performance.now() - startedAt) / paceMs);
      for (; sent < due; sent++) this.#call();
    }, paceMs);
  }

  async stop(): Promise<HonestReport> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
    return { latenciesMs: this.#latenciesMs.sort((a, b) => a - b), failed: this.#failed };
  }

  #call(): void {
    const startedAt = performance.now();
    const call = outcome(this.#channel.call(one, { text: "hello" }, { timeoutMs: callTimeoutMs })).then((result) => {
      if (result === "hello") this.#latenciesMs.push(performance.now() - startedAt);
      else this.#failed[result] = (this.#failed[result] ?? 0) + 1;
      this.#running.delete(call);
    });
    this.#running.add(call);
  }
}

async function outcome(call: Promise<{ text: string }>): Promise<string> {
  return call.then(
    ({ text }) => text,
    (error: StatusError) => codeName(error.code),
  );
}

/** Runs the calls, mixed, 50 at a time. What did not end as expected, by what happened. */
async function runScript(channel: Channel, calls: readonly ScriptedCall[]): Promise<Record<string, number>> {
  const wrong: Record<string, number> = {};
  const rounds = Math.max(...calls.map(({ count }) => count));
  let running: Promise<void>[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const each of calls) {
      if (round >= each.count) continue;
      const options = each.timeoutMs === undefined ? {} : { timeoutMs: each.timeoutMs };
      const call =
        each.shape === "one"
          ? outcome(channel.call(one, { text: each.text }, options))
          : outcome(
              collect(channel.call(down, { text: each.text }, options)).then((all) => ({
                text: all.map(({ text }) => text).join(" "),
              })),
            );
      running.push(
        call.then((result) => {
          if (result === each.expected) return;
          const key = `${each.shape} "${each.text}": ${result}, expected ${each.expected}`;
          wrong[key] = (wrong[key] ?? 0) + 1;
        }),
      );
    }
    if (running.length >= 50) {
      await Promise.all(running);
      running = [];
    }
  }
  await Promise.all(running);
  return wrong;
}

async function runDeadlines(channel: Channel, count: number, concurrency: number): Promise<DeadlineReport> {
  const ended: Record<string, number> = {};
  const lateMs: number[] = [];
  let started = 0;
  const lane = async () => {
    while (started < count) {
      const timeoutMs = 1 + (started++ % 50);
      const startedAt = performance.now();
      const code = await outcome(channel.call(one, { text: "sleep" }, { timeoutMs }));
      lateMs.push(performance.now() - startedAt - timeoutMs);
      ended[code] = (ended[code] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const timersLeft = process.getActiveResourcesInfo().filter((type) => type === "Timeout").length;
  return { ended, lateMs: lateMs.sort((a, b) => a - b), timersLeft };
}

/** Calls at a pace until `count` have left; outcomes by name. */
async function flood(channel: Channel, count: number, perSecond: number): Promise<Record<string, number>> {
  const results: Record<string, number> = {};
  const running: Promise<void>[] = [];
  const startedAt = performance.now();
  while (running.length < count) {
    const due = Math.min(count, Math.ceil(((performance.now() - startedAt) / 1000) * perSecond));
    while (running.length < due) {
      running.push(
        outcome(channel.call(one, { text: "hello" }, { timeoutMs: 5_000 })).then((result) => {
          results[result] = (results[result] ?? 0) + 1;
        }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(running);
  return results;
}

async function tlsCall({ target, serverName, ca }: { target: string; serverName?: string; ca: boolean }): Promise<{
  result: string;
  message: string;
}> {
  const authority = readFileSync(new URL("../../../testdata/certs/ca.pem", import.meta.url));
  await using channel = createChannel(target, {
    connectTimeoutMs: 3_000,
    tls: { ...(ca ? { ca: authority } : {}), ...(serverName === undefined ? {} : { serverName }) },
  });
  return await channel.call(one, { text: "hello" }, { timeoutMs: 4_000 }).then(
    ({ text }) => ({ result: text, message: "" }),
    (error: StatusError) => ({ result: codeName(error.code), message: error.message }),
  );
}
