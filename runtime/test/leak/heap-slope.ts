// SPDX-License-Identifier: Apache-2.0
import { type Channel, codeName, createChannel, createServer, type StatusError } from "../../src/node/index.js";
import type { Findings } from "../attack/findings.js";
import { collectedMemory } from "../attack/memory.js";
import { both, collect, down, echo, one, Texts, up } from "../support/text-service.js";
import { fitSlope } from "./slope.js";

const rounds = 10;
/** One cancel, one missed deadline, two streams and twenty unary calls, again and again. */
const cycle = 24;
const callsOfRound = 12_000;
const concurrency = 64;
const MiB = 1024 * 1024;

/** K1: 100,000 unary calls, 10,000 streams, 5,000 cancels and 5,000 missed deadlines leave the heap as it was. */
export async function heapSlope(findings: Findings): Promise<void> {
  const name = "K1 heap";
  const server = createServer({ onError: () => undefined });
  server.addService(Texts, {
    ...echo,
    one: (request, context) =>
      request.text === "wait"
        ? new Promise((resolve) => context.signal.addEventListener("abort", () => resolve(request), { once: true }))
        : request,
  });
  const { port } = await server.listen("127.0.0.1:0");
  const channel = createChannel(`127.0.0.1:${port}`);
  await channel.connect();
  const unexpected = new Map<string, number>();
  // Two rounds for warming up: what the code needs once is no leak.
  for (let round = 0; round < 2; round++) await runRound(channel, unexpected);
  const resourcesBefore = resources();
  const heaps: number[] = [(await collectedMemory()).heap];
  for (let round = 0; round < rounds; round++) {
    await runRound(channel, unexpected);
    heaps.push((await collectedMemory()).heap);
  }
  const lastFive = heaps.slice(-6);
  const bytesPerCall = (fitSlope(lastFive) * MiB) / callsOfRound;
  findings.equal(name, `unexpected statuses of ${rounds * callsOfRound} calls`, JSON.stringify([...unexpected]), "[]");
  findings.atMost(name, "growth", (heaps.at(-1) ?? 0) - (heaps[0] ?? 0), 2, " MiB");
  findings.atMost(name, "slope of the last five rounds", bytesPerCall, 50, " bytes/call");
  findings.equal(name, "active resources, against before", resources(), resourcesBefore);
  findings.equal(name, "calls running at the server", server.stats().calls.running, 0);
  await channel.close();
  await server.shutdown({ graceMs: 0 });
}

async function runRound(channel: Channel, unexpected: Map<string, number>): Promise<void> {
  const expectCode = async (call: Promise<unknown>, expected: string) => {
    const code = await call.then(
      () => "OK",
      (error: StatusError) => codeName(error.code),
    );
    if (code !== expected)
      unexpected.set(`${code} for ${expected}`, (unexpected.get(`${code} for ${expected}`) ?? 0) + 1);
  };
  // Mixed, as in life: a burst of nothing but cancels would be taken for a rapid reset.
  await lanes(callsOfRound, (index) => {
    switch (index % cycle) {
      case 0:
        return expectCode(cancelled(channel, index), "CANCELLED");
      case 1:
        return expectCode(channel.call(one, { text: "wait" }, { timeoutMs: 1 + (index % 10) }), "DEADLINE_EXCEEDED");
      case 2:
        return expectCode(collect(channel.call(down, { text: "a b c" })), "OK");
      case 3:
        return index % 2 === 0
          ? expectCode(channel.call(up, [{ text: "a" }, { text: "b" }]) as Promise<unknown>, "OK")
          : expectCode(collect(channel.call(both, [{ text: "a" }, { text: "b" }])), "OK");
      default:
        return expectCode(channel.call(one, { text: "hello" }, { timeoutMs: 10_000 }), "OK");
    }
  });
}

function cancelled(channel: Channel, index: number): Promise<unknown> {
  const call = channel.call(one, { text: "wait" });
  if (index % 2 === 0) call.cancel();
  else setImmediate(() => call.cancel());
  return call;
}

async function lanes(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

function resources(): string {
  const counts: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) {
    // A tick that is still to come is none that stays.
    if (type !== "Immediate") counts[type] = (counts[type] ?? 0) + 1;
  }
  return JSON.stringify(Object.entries(counts).sort());
}
