// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { BlockCursor } from "./block-cursor.js";
import { HpackError } from "./hpack-error.js";
import { decodeInteger, encodeInteger } from "./integer.js";

const examples = [
  { section: "C.1.1", value: 10, prefixMax: 0x1f, octets: [0x0a] },
  { section: "C.1.2", value: 1337, prefixMax: 0x1f, octets: [0x1f, 0x9a, 0x0a] },
  { section: "C.1.3", value: 42, prefixMax: 0xff, octets: [0x2a] },
];
for (const { section, value, prefixMax, octets } of examples) {
  test(`${value} is encoded as RFC 7541 ${section} shows`, () => {
    expect(encode(value, prefixMax)).toEqual(octets);
    expect(decode(octets, prefixMax)).toBe(value);
  });
}

test("integers around every boundary come back in at most 6 octets (§5.1)", () => {
  for (const prefixMax of [0x0f, 0x1f, 0x3f, 0x7f]) {
    const boundaries = [0, prefixMax, 127, 128, 2 ** 7, 2 ** 14, 2 ** 21, 2 ** 28, 2 ** 31 - 2];
    for (const value of boundaries.flatMap((b) => [b - 1, b, b + 1, b + prefixMax]).filter((v) => v >= 0)) {
      if (value >= 2 ** 31) continue;
      const octets = encode(value, prefixMax);
      expect(octets.length).toBeLessThanOrEqual(6);
      expect(decode(octets, prefixMax)).toBe(value);
    }
  }
});

test("leading zero groups are accepted up to 5 continuation octets (§5.1)", () => {
  expect(decode([0x1f, 0x80, 0x80, 0x80, 0x80, 0x00], 0x1f)).toBe(31);
});

const malformed = [
  { why: "2^31", octets: [0x1f, 0xe1, 0xff, 0xff, 0xff, 0x07] },
  { why: "2^35 - 1 and more", octets: [0x1f, 0xff, 0xff, 0xff, 0xff, 0x7f] },
  { why: "a sixth continuation octet", octets: [0x1f, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00] },
  { why: "an integer that is cut off", octets: [0x1f, 0x80] },
];
for (const { why, octets } of malformed) {
  test(`${why} is an HpackError (§5.1)`, () => {
    expect(() => decode(octets, 0x1f)).toThrow(HpackError);
  });
}

test("2^31 - 1 is the largest integer accepted", () => {
  expect(decode([0x1f, 0xe0, 0xff, 0xff, 0xff, 0x07], 0x1f)).toBe(2 ** 31 - 1);
});

function encode(value: number, prefixMax: number): number[] {
  const buffer = new Uint8Array(8);
  return Array.from(buffer.subarray(0, encodeInteger(value, prefixMax, 0, buffer, 0)));
}

function decode(octets: number[], prefixMax: number): number {
  const cursor = new BlockCursor(Uint8Array.from(octets), 0, octets.length);
  const value = decodeInteger(cursor, cursor.octet() & prefixMax, prefixMax);
  expect(cursor.position).toBe(octets.length);
  return value;
}
