// SPDX-License-Identifier: Apache-2.0
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { BufferOverflow } from "./buffer-overflow.js";
import { Reader } from "./reader.js";
import { decodeWithSchema, encodeWithSchema } from "./schema-codec.js";

test("a message is written at the position, an init completed first, and read back", () => {
  const buffer = new Uint8Array(32);
  const end = encodeWithSchema(TimestampSchema, buffer, { seconds: 5n }, 7);
  expect(end).toBe(9);
  const reader = new Reader(buffer, 7, end);
  expect(decodeWithSchema(TimestampSchema, reader, end).seconds).toBe(5n);
  expect(reader.position).toBe(end);
});

test("decoding merges into a given message", () => {
  const buffer = new Uint8Array(32);
  const first = encodeWithSchema(TimestampSchema, buffer, { seconds: 5n, nanos: 1 }, 0);
  const into = decodeWithSchema(TimestampSchema, new Reader(buffer), first);
  const second = encodeWithSchema(TimestampSchema, buffer, { nanos: 2 }, 0);
  expect(decodeWithSchema(TimestampSchema, new Reader(buffer), second, into)).toMatchObject({ seconds: 5n, nanos: 2 });
});

test("a buffer one byte too small overflows and says how much is needed; one that fits does not", () => {
  expect(encodeWithSchema(TimestampSchema, new Uint8Array(2), { seconds: 5n }, 0)).toBe(2);
  try {
    encodeWithSchema(TimestampSchema, new Uint8Array(1), { seconds: 5n }, 0);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(BufferOverflow);
    expect((error as BufferOverflow).neededBytes).toBe(2);
  }
});

test("no message is not an empty message", () => {
  const encode = (message: unknown) => encodeWithSchema(TimestampSchema, new Uint8Array(8), message as never, 0);
  expect(() => encode(undefined)).toThrow("expected a google.protobuf.Timestamp, got undefined");
  expect(() => encode(null)).toThrow("got null");
  expect(() => encode("x")).toThrow("got string");
});
