// SPDX-License-Identifier: Apache-2.0
import { create, toBinary } from "@bufbuild/protobuf";
import { AnySchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { readPoisoned } from "../../test/support/poison.js";
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

test("no message, and one of another type, is not an empty message", () => {
  const encode = (message: unknown) => () => encodeWithSchema(TimestampSchema, new Uint8Array(8), message as never, 0);
  expect(encode(undefined)).toThrow("google.protobuf.Timestamp: expected a message, got undefined");
  expect(encode(null)).toThrow("got null");
  expect(encode("x")).toThrow('got "x"');
  expect(encode(create(AnySchema))).toThrow("got a google.protobuf.Any");
});

describe("a group", () => {
  const read = (...octets: number[]) =>
    readPoisoned(Uint8Array.from(octets), (reader) => {
      expect(reader.tag()).toBe(27);
      const { seconds, nanos } = decodeWithSchema(TimestampSchema, reader, reader.enterGroup(3));
      reader.leaveGroup();
      return [seconds, nanos, reader.position < reader.end ? reader.tag() : 0];
    });

  test("is read up to its end, and what follows is not", () => {
    expect(read(27, 8, 5, 16, 1, 28)).toEqual({ value: [5n, 1, 0] });
    expect(read(27, 28, 40)).toEqual({ value: [0n, 0, 40] });
    expect(read(27, 51, 28, 52, 28, 40).error).toMatch("the end of group 3 in group 6");
    expect(read(27, 51, 8, 9, 52, 16, 7, 28, 40)).toEqual({ value: [0n, 7, 40] });
  });

  test("without its end, or with that of another, is an error", () => {
    expect(read(27, 8, 5).error).toMatch("a group without its end");
    expect(read(27, 8, 5, 36).error).toMatch("the end of group 4, which is not open");
  });

  test("around a message is not the message's own", () => {
    const value = readPoisoned(Uint8Array.of(27, 18, 2, 8, 5, 28), (reader) => {
      reader.tag();
      reader.enterGroup(3);
      reader.tag();
      const message = decodeWithSchema(TimestampSchema, reader, reader.enter());
      reader.leave();
      expect(reader.unknown(reader.tag(), {})).toBe(true);
      reader.leaveGroup();
      return message.seconds;
    });
    expect(value).toEqual({ value: 5n });
  });
});

test("bytes of a small message, and of any in a reused chunk, are not the chunk's", () => {
  const any = create(AnySchema, { typeUrl: "t", value: new Uint8Array(6000).fill(1) });
  for (const [value, reused, shared] of [
    [Uint8Array.of(1, 2), false, false],
    [any.value, false, true],
    [any.value, true, false],
  ] as const) {
    const chunk = toBinary(AnySchema, { ...any, value });
    const reader = new Reader(new Uint8Array(chunk));
    reader.reused = reused;
    const message = decodeWithSchema(AnySchema, reader, chunk.length);
    reader.bytes.fill(9);
    expect(message.value.every((octet) => octet === 9)).toBe(shared);
    expect(message.value.length).toBe(value.length);
  }
});
