// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { written } from "../../test/support/poison.js";
import { putInt32, putTag, putVarint32, putVarint64, varint32Bytes } from "./varint.js";

/** The octets of a varint by its definition: seven bits each, the lowest first. */
function octets(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...octets(value >> 7n)];
}

test("a varint of 32 bits at every width", () => {
  for (let bit = 0; bit < 32; bit++) {
    for (const value of [2 ** bit - 1, 2 ** bit, 2 ** bit + 1, 2 ** 32 - 1]) {
      const expected = octets(BigInt(value));
      expect([...written((buffer, at) => putVarint32(buffer, at, value))]).toEqual(expected);
      expect([...written((buffer, at) => putTag(buffer, at, value))]).toEqual(expected);
      expect(varint32Bytes(value)).toBe(expected.length);
    }
  }
});

test("a varint of 64 bits at every width, from its halves", () => {
  for (let bit = 0n; bit < 64n; bit++) {
    for (const value of [(1n << bit) - 1n, 1n << bit, 2n ** 64n - 1n]) {
      const [low, high] = [Number(value & 0xffff_ffffn), Number(value >> 32n)];
      expect([...written((buffer, at) => putVarint64(buffer, at, low, high))]).toEqual(octets(value));
    }
  }
});

test("an int32 below zero is written as the int64 that it is", () => {
  for (const value of [-1, -2, -128, -(2 ** 31), 0, 1, 2 ** 31 - 1]) {
    const bytes = written((buffer, at) => putInt32(buffer, at, value));
    expect([...bytes]).toEqual(octets(BigInt.asUintN(64, BigInt(value))));
    expect(bytes.length === 10).toBe(value < 0);
  }
});
