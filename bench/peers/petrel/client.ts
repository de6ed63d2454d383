// SPDX-License-Identifier: Apache-2.0
/** The load of ../load.js as a Petrel user writes it. */
import { readFileSync } from "node:fs";
import { createChannel, type Interceptor, type MetadataInit } from "petrel";
import { token } from "./echo-handlers.js";
import { EchoServiceClient } from "./gen/bench/v1/echo_grpc.js";
import type { OrderInit } from "./gen/bench/v1/echo_pb.js";

const text = "sixteen bytes ok";
const smallChunk = new Uint8Array(64 * 1024).fill(97);
const largeChunk = new Uint8Array(1024 * 1024).fill(97);
const listMessages = 10_000;
const chatMessages = 1_000;
const chunks = 1_024;

const addToken: Interceptor = (call, next) => {
  call.metadata.set("authorization", token);
  return next();
};

/** Opens a channel and returns a function for every work; `protos` is the folder of the JSON files. */
export async function connect(port: number, ca: Buffer | undefined, protos: string) {
  const order = readOrder(`${protos}/order.json`);
  const metadata = readMetadata(`${protos}/metadata.json`);
  const channel = createChannel(`localhost:${port}`, { tls: ca === undefined ? false : { ca } });
  await channel.connect();
  const client = new EchoServiceClient(channel);
  const orders = new EchoServiceClient(channel, { interceptors: [addToken] });
  return {
    echo: () => client.echo({ text }),
    echoChunk: () => client.echoChunk({ data: largeChunk }),
    list: () => readAll(client.list({ value: listMessages }), listMessages),
    download: () => readAll(client.download({ value: chunks }), chunks),
    chat: () => readAll(client.chat(repeat({ text }, chatMessages)), chatMessages),
    upload: () => client.upload(repeat({ data: smallChunk }, chunks)),
    placeOrder: () => orders.placeOrder(order, { metadata, timeoutMs: 10_000 }),
  };
}

async function readAll(messages: AsyncIterable<unknown>, expected: number): Promise<void> {
  let count = 0;
  for await (const _ of messages) count++;
  if (count !== expected) throw new Error(`${count} of ${expected} messages`);
}

function* repeat<T>(message: T, count: number): Iterable<T> {
  for (let sent = 0; sent < count; sent++) yield message;
}

function readOrder(path: string): OrderInit {
  const order = JSON.parse(readFileSync(path, "utf8"));
  return { ...order, createdAtMs: BigInt(order.createdAtMs) };
}

function readMetadata(path: string): MetadataInit {
  const entries = Object.entries(JSON.parse(readFileSync(path, "utf8")) as Record<string, string>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, name.endsWith("-bin") ? Buffer.from(value, "base64") : value]),
  );
}
