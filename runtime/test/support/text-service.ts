// SPDX-License-Identifier: Apache-2.0
import {
  type BidiStreamingMethod,
  bidiStreaming,
  type ClientStreamingMethod,
  clientStreaming,
  type MessageCodec,
  messageCodec,
  type ServerContext,
  type ServerStreamingMethod,
  serverStreaming,
  service,
  type UnaryMethod,
  unary,
} from "../../src/codegen.js";
import { bufferOverflow } from "../../src/wire/buffer-overflow.js";

/** A message of one text, coded as its UTF-8 bytes; "!" at the start cannot be decoded. */
export interface Text {
  readonly text: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const textCodec: MessageCodec<Text> = messageCodec<Text, Text>(
  "test.v1.Text",
  (buffer, message, position) => {
    const bytes = encoder.encode(message.text);
    if (position + bytes.length > buffer.length) throw bufferOverflow(position + bytes.length);
    buffer.set(bytes, position);
    return position + bytes.length;
  },
  (reader, end) => {
    const text = decoder.decode(reader.bytes.subarray(reader.position, end));
    reader.position = end;
    if (text.startsWith("!")) throw new Error(`unexpected "!" at 0`);
    return { text };
  },
);

type Result<T> = T | Promise<T>;

export interface TextHandlers {
  one(request: Text, context: ServerContext): Result<Text>;
  down(request: Text, context: ServerContext): AsyncIterable<Text> | Iterable<Text>;
  up(requests: AsyncIterable<Text>, context: ServerContext): Result<Text>;
  both(requests: AsyncIterable<Text>, context: ServerContext): AsyncIterable<Text>;
}

export const one: UnaryMethod<Text, Text> = unary("/test.v1.Texts/One", textCodec, textCodec);
export const down: ServerStreamingMethod<Text, Text> = serverStreaming("/test.v1.Texts/Down", textCodec, textCodec);
export const up: ClientStreamingMethod<Text, Text> = clientStreaming("/test.v1.Texts/Up", textCodec, textCodec);
export const both: BidiStreamingMethod<Text, Text> = bidiStreaming("/test.v1.Texts/Both", textCodec, textCodec);
export const Texts = service<TextHandlers>("test.v1.Texts", { one, down, up, both });

/** Echoes in every shape. */
export const echo: TextHandlers = {
  one: (request) => request,
  async *down(request) {
    for (const text of request.text.split(" ")) yield { text };
  },
  async up(requests) {
    const texts: string[] = [];
    for await (const { text } of requests) texts.push(text);
    return { text: texts.join(" ") };
  },
  async *both(requests) {
    for await (const { text } of requests) yield { text };
  },
};

/** All of an iterable. */
export async function collect<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const message of messages) all.push(message);
  return all;
}
