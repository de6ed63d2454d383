// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Random } from "../../test/support/random.js";
import { alphabets, malformedUtf8, textOf } from "../../test/support/text-cases.js";
import { readKey, readText, readTextUnchecked } from "./read-text.js";
import { longestShortText, shortAscii } from "./short-text.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

describe("short ASCII", () => {
  test("of every length is read from anywhere, every octet in its place", () => {
    const octets = Uint8Array.from({ length: longestShortText }, (_, i) => 33 + i);
    for (let length = 0; length <= longestShortText; length++) {
      const memory = Uint8Array.of(200, ...octets.subarray(0, length), 200);
      expect(shortAscii(memory, 1, length)).toBe(String.fromCharCode(...octets.subarray(0, length)));
    }
  });

  test("is none with an octet above 127 in any place", () => {
    for (let length = 1; length <= longestShortText; length++) {
      for (let at = 0; at < length; at++) {
        const octets = new Uint8Array(length).fill(97);
        octets[at] = 128;
        expect(shortAscii(octets, 0, length)).toBeUndefined();
      }
    }
  });

  test("ends at 32", () => {
    expect(shortAscii(new Uint8Array(40), 0, 33)).toBeUndefined();
  });
});

describe.each(malformedUtf8)("$name", ({ octets }) => {
  test.each([0, 1, 25, 31, 32, 33, 4000, 5000])(
    "behind %d characters is refused, or replaced where unchecked",
    (before) => {
      for (const character of ["a", "ü"]) {
        const bytes = Uint8Array.of(...encoder.encode(character.repeat(before)), ...octets);
        const refusal = "a string that is not UTF-8 at byte 0";
        expect(() => readText(bytes, 0, bytes.length)).toThrow(refusal);
        expect(() => readKey(bytes, 0, bytes.length, true)).toThrow(refusal);
        const replaced = decoder.decode(bytes);
        expect(readTextUnchecked(bytes, 0, bytes.length)).toBe(replaced);
        expect(readKey(bytes, 0, bytes.length, false)).toBe(replaced);
      }
    },
  );
});

test("U+FFFD in text is legal, also beside other text of every length", () => {
  for (let length = 0; length < 60; length++) {
    const text = `${"a".repeat(length)}\ufffd`;
    const bytes = encoder.encode(text);
    expect(readText(bytes, 0, bytes.length)).toBe(text);
  }
});

describe("keys", () => {
  test("are the texts that they are, however often and in whatever order", () => {
    const random = new Random(31);
    const texts = alphabets.flatMap((alphabet) =>
      Array.from({ length: 400 }, (_, i) => textOf(alphabet, i % 27, random)),
    );
    for (let round = 0; round < 3; round++) {
      for (const text of texts) {
        const bytes = Uint8Array.of(1, ...encoder.encode(text), 1);
        expect(readKey(bytes, 1, bytes.length - 1, round < 2)).toBe(text);
      }
    }
  });

  test("of the same slot are told apart", () => {
    // More of one length than there are slots: many share one.
    const keys = Array.from({ length: 5000 }, (_, i) => `key${String(i).padStart(5, "0")}`);
    for (const key of [...keys, ...keys.reverse()]) {
      const bytes = encoder.encode(key);
      expect(readKey(bytes, 0, bytes.length, true) === key, key).toBe(true);
    }
  });

  test("an unchecked one with octets that are no text does not answer for a checked one", () => {
    const bytes = Uint8Array.of(0xfd, 0xff);
    expect(readKey(bytes, 0, 2, false)).toBe("\ufffd\ufffd");
    expect(() => readKey(bytes, 0, 2, true)).toThrow("a string that is not UTF-8");
    expect(readKey(Uint8Array.of(0xff, 0xfd), 0, 2, false)).toBe("\ufffd\ufffd");
  });
});
