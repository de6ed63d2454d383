// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { bufferOverflow } from "../wire/buffer-overflow.js";
import { encodeGathering, gatheredSegments } from "../wire/gather.js";
import { Reader } from "../wire/reader.js";
import { writeBytes } from "../wire/write-bytes.js";
import { writeString } from "../wire/write-text.js";
import { bytesCodec, fromBytes, toBytes } from "./bytes.js";
import { type MessageCodec, messageCodec } from "./message-codec.js";

// A message of one string.
const textCodec: MessageCodec<string> = messageCodec(
  "Text",
  (buffer, message, position) => writeString(buffer, position, 10, message, "Text.text"),
  (reader) => (reader.tag() === 10 ? reader.string() : ""),
);

describe("toBytes", () => {
  test("gives a message of any size, read back by fromBytes", () => {
    for (const length of [0, 1, 100, 4080, 4096, 5000, 262_000, 262_144, 300_000, 1_000_000]) {
      const text = "x".repeat(length);
      const bytes = toBytes(textCodec, text);
      expect(fromBytes(textCodec, bytes) === text, String(length)).toBe(true);
      expect(bytes.constructor).toBe(Uint8Array);
    }
  });

  test("never gives the memory that the next message is encoded into", () => {
    const lengths = [10, 5000, 200_000, 262_000, 270_000, 400_000, 10];
    const results = lengths.map((length, i) => toBytes(textCodec, String(i).repeat(length)));
    for (const [i, bytes] of results.entries()) {
      expect(fromBytes(textCodec, bytes) === String(i).repeat(lengths[i] as number)).toBe(true);
      bytes.fill(0);
    }
    expect(new Set(results.map(({ buffer }) => buffer)).size).toBe(results.length);
    expect(fromBytes(textCodec, toBytes(textCodec, "still"))).toBe("still");
  });

  test("doubles the buffer when the encoder does not know how much it needs", () => {
    const tried: number[] = [];
    const codec: MessageCodec<number> = messageCodec(
      "Unknown",
      (buffer, message) => {
        tried.push(buffer.length);
        if (buffer.length < message) throw bufferOverflow(0);
        return 1;
      },
      () => 0,
    );
    toBytes(codec, 2_000_000);
    for (const [i, length] of tried.slice(1).entries()) expect(length).toBe((tried[i] as number) * 2);
    expect(tried.at(-1)).toBeGreaterThanOrEqual(2_000_000);
  });

  test("throws what the encoder throws, and is as good as before", () => {
    expect(() => toBytes(textCodec, 5 as never)).toThrow("Text.text: expected a string, got 5");
    expect(toBytes(textCodec, "a")).toEqual(Uint8Array.of(10, 1, 97));
  });

  test("may be called by a getter of a message that is being encoded", () => {
    const outer: MessageCodec<{ readonly text: string }> = messageCodec(
      "Outer",
      (buffer, message, position) => textCodec.encode(buffer, message.text, position),
      () => ({ text: "" }),
    );
    const inner: Uint8Array[] = [];
    const message = {
      get text() {
        inner.push(toBytes(textCodec, "inner"));
        return "outer";
      },
    };
    expect(fromBytes(textCodec, toBytes(outer, message))).toBe("outer");
    expect(fromBytes(textCodec, inner[0] as Uint8Array)).toBe("inner");
  });

  test("copies large bytes, also within a message that is gathered", () => {
    const large = new Uint8Array(10_000).fill(1);
    const codec: MessageCodec<{ readonly data: Uint8Array }> = messageCodec(
      "Data",
      (buffer, message, position) => writeBytes(buffer, position, 10, message.data, "Data.data"),
      () => ({ data: large }),
    );
    const inner: Uint8Array[] = [];
    const message = {
      get data() {
        inner.push(toBytes(codec, { data: large }));
        return large;
      },
    };
    const buffer = new Uint8Array(100);
    const segments = gatheredSegments(buffer, 0, encodeGathering(codec, buffer, message, 0));
    expect(segments.map(({ length }) => length)).toEqual([3, 10_000]);
    expect(inner[0]?.length).toBe(10_003);
  });
});

describe("bytesCodec", () => {
  test("a message is its bytes, copied both ways", () => {
    const message = Uint8Array.of(1, 2, 3);
    const bytes = toBytes(bytesCodec, message);
    expect(bytes).toEqual(message);
    message.fill(9);
    expect([...bytes]).toEqual([1, 2, 3]);
    const reader = new Reader(bytes, 1, 3);
    const decoded = bytesCodec.decode(reader, 3);
    bytes.fill(9);
    expect([[...decoded], reader.position]).toEqual([[2, 3], 3]);
  });

  test("gives a Uint8Array of a Buffer that does not share its memory", () => {
    const chunk = Buffer.from("abc");
    const decoded = fromBytes(bytesCodec, chunk);
    chunk.fill(0);
    expect([...decoded]).toEqual([97, 98, 99]);
    expect(Object.getPrototypeOf(decoded)).toBe(Uint8Array.prototype);
  });

  test.each([
    [{}, "an object (Object)"],
    ["abc", '"abc"'],
    [undefined, "undefined"],
  ])("%s is no message", (message, described) => {
    expect(() => toBytes(bytesCodec, message as never)).toThrow(
      `a message of a generic call: expected a Uint8Array, got ${described}`,
    );
  });
});
