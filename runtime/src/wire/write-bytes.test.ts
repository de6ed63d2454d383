// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { expectNoOverrun, readPoisoned, written } from "../../test/support/poison.js";
import { Random } from "../../test/support/random.js";
import { writeBytes } from "./write-bytes.js";

const lengths = [0, 1, 7, 23, 24, 25, 64, 65, 127, 128, 300];
const random = new Random(17);
const encoded = (value: Uint8Array) =>
  written((buffer, at) => writeBytes(buffer, at, 10, value, "f"), 2, value.length + 20);

test("bytes of any length are written whole and read back", () => {
  for (const length of [...lengths, 16_383, 16_384]) {
    const value = random.bytes(length);
    const bytes = encoded(value);
    const width = length < 128 ? 1 : length < 16_384 ? 2 : 3;
    expect(bytes.length).toBe(1 + width + length);
    const { value: read } = readPoisoned(bytes.subarray(1), (reader) => reader.byteString());
    expect(Buffer.compare(read ?? random.bytes(1), value)).toBe(0);
  }
});

test("in a buffer too small overflows, and nothing is written past its end", () => {
  for (const length of lengths) {
    const value = random.bytes(length);
    expectNoOverrun((buffer, at) => writeBytes(buffer, at, 10, value, "f"), encoded(value));
  }
});

test("cut at every offset is an error", () => {
  const bytes = encoded(random.bytes(40)).subarray(1);
  for (let end = 0; end < bytes.length; end++) {
    expect(readPoisoned(bytes.subarray(0, end), (reader) => reader.byteString()).error).toMatch(/^a length /);
  }
});

test("a Buffer is bytes", () => {
  expect(encoded(Buffer.from("abc"))).toEqual(Uint8Array.of(10, 3, 97, 98, 99));
});

test.each([
  ["abc", '"abc"'],
  [[1, 2], "an array of 2"],
  [new ArrayBuffer(2), "an object (ArrayBuffer)"],
  [new Uint16Array(1), "an object (Uint16Array)"],
  [undefined, "undefined"],
])("%s is no Uint8Array", (value, described) => {
  expect(() => writeBytes(new Uint8Array(64), 0, 10, value as never, "demo.v1.User.photo")).toThrow(
    new TypeError(`demo.v1.User.photo: expected a Uint8Array, got ${described}`),
  );
});
