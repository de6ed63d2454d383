// SPDX-License-Identifier: Apache-2.0
import {
  bidiStreaming,
  clientStreaming,
  type ServerContext,
  type ServerStreamingMethod,
  serverStreaming,
  service,
  type UnaryMethod,
  unary,
} from "petrel/codegen";
import { createStringValue, type StringValue, StringValueCodec, type StringValueInit } from "petrel/wkt";

type Value = StringValueInit;

/** Every shape, answering with what came; `one` obeys a few words that make it fail, wait or tell about the caller. */
export interface PairHandlers {
  one(request: StringValue, context: ServerContext): Value | Promise<Value>;
  down(request: StringValue, context: ServerContext): AsyncIterable<Value> | Iterable<Value>;
  up(requests: AsyncIterable<StringValue>, context: ServerContext): Value | Promise<Value>;
  both(requests: AsyncIterable<StringValue>, context: ServerContext): AsyncIterable<Value>;
}

const path = (method: string) => `/petrel.runtimes.v1.Pairs/${method}`;

export const one: UnaryMethod<Value, StringValue> = unary(path("One"), StringValueCodec, StringValueCodec);
export const down: ServerStreamingMethod<Value, StringValue> = serverStreaming(
  path("Down"),
  StringValueCodec,
  StringValueCodec,
);
export const up = clientStreaming(path("Up"), StringValueCodec, StringValueCodec);
export const both = bidiStreaming(path("Both"), StringValueCodec, StringValueCodec);
export const Pairs = service<PairHandlers>("petrel.runtimes.v1.Pairs", { one, down, up, both });

/** A message of one text. */
export const textOf = (value: string): StringValue => createStringValue({ value });
