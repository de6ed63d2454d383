// SPDX-License-Identifier: Apache-2.0
/**
 * How streams of one connection share it: `node fairness.js PORT stalled|transfer SECONDS` prints one line of JSON.
 * `stalled`: messages a second that 99 streams receive, alone and beside one that nobody reads, in turns. `transfer`: p99
 * of one unary call after another, alone and beside a stream of 64 MiB that is read as fast as it comes.
 */
import { createChannel } from "petrel";
import { EchoServiceClient } from "./gen/bench/v1/echo_grpc.js";

const text = "sixteen bytes ok";
const otherStreams = 99;
const listMessages = 10_000;
const chunks = 1_024;
const sliceMs = 100;
const fillMs = 50;

const [port, work, seconds] = process.argv.slice(2);
const spanMs = Number(seconds) * 1_000;
const channel = createChannel(`localhost:${port}`, { tls: false });
await channel.connect();
const client = new EchoServiceClient(channel);
const figures = work === "stalled" ? await besideStalled() : await besideTransfer();
console.log(JSON.stringify(figures));
process.exit(0);

async function besideStalled(): Promise<Record<string, number>> {
  let received = 0;
  const read = async () => {
    for (;;) for await (const _ of client.list({ value: listMessages })) received++;
  };
  for (let stream = 0; stream < otherStreams; stream++) void read();
  const slice = async () => {
    const before = received;
    const began = performance.now();
    await wait(sliceMs);
    return ((received - before) * 1_000) / (performance.now() - began);
  };
  await wait(1_000);
  const alone: number[] = [];
  const besideShares: number[] = [];
  for (const end = performance.now() + 2 * spanMs; performance.now() < end; ) {
    const perSecond = await slice();
    const stalled = await stall();
    await wait(fillMs);
    besideShares.push((await slice()) / perSecond);
    stalled();
    alone.push(perSecond);
    await wait(fillMs);
  }
  return { alonePerSecond: median(alone), besideShare: median(besideShares) };
}

/** Opens a stream of large messages and takes the first alone. Returns what ends it. */
async function stall(): Promise<() => void> {
  const call = client.download({ value: chunks });
  await call[Symbol.asyncIterator]().next();
  call.status.catch(() => undefined);
  return () => call.cancel();
}

async function besideTransfer(): Promise<Record<string, number>> {
  await unaryP99(1_000);
  const aloneP99Us = await unaryP99(spanMs);
  let transferred = 0;
  let state: "running" | "over" = "running";
  const transfers = (async () => {
    while (state === "running") {
      for await (const { data } of client.download({ value: chunks })) transferred += data.length;
    }
  })();
  const began = performance.now();
  const besideP99Us = await unaryP99(spanMs);
  const mebibytesPerSecond = (transferred * 1_000) / (performance.now() - began) / 2 ** 20;
  state = "over";
  await transfers;
  return { aloneP99Us, besideP99Us, mebibytesPerSecond };
}

async function unaryP99(forMs: number): Promise<number> {
  const microseconds: number[] = [];
  const end = performance.now() + forMs;
  for (let began = performance.now(); began < end; ) {
    await client.echo({ text });
    const ended = performance.now();
    microseconds.push(1_000 * (ended - began));
    began = ended;
  }
  microseconds.sort((a, b) => a - b);
  return microseconds[Math.floor(0.99 * (microseconds.length - 1))] as number;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
