// SPDX-License-Identifier: Apache-2.0
// One table for the three modules of which a platform gets one.
import { describe, expect, test } from "vitest";
import { Random } from "../../../test/support/random.js";
import { alphabets, malformedUtf8, textOf } from "../../../test/support/text-cases.js";
import * as deno from "./deno.js";
import * as node from "./node.js";
import * as portable from "./portable.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const lengths = [...Array(201).keys(), 5000];

describe.each([
  { name: "node", text: node },
  { name: "portable", text: portable },
  { name: "deno", text: deno },
])("$name", ({ text: { allocateBytes, decodeUtf8, encodeUtf8, utf8Bytes } }) => {
  test.each(alphabets)("$name of 0 to 200 and 5,000 characters is written and read as by the platform", (alphabet) => {
    const random = new Random(3);
    for (const length of lengths) {
      const text = textOf(alphabet, length, random);
      const expected = encoder.encode(text);
      expect(utf8Bytes(text)).toBe(expected.length);
      const memory = new Uint8Array(expected.length + 10).fill(0xa5);
      expect(encodeUtf8(memory, 7, text)).toBe(expected.length);
      expect(memory.subarray(7, 7 + expected.length)).toEqual(expected);
      expect([...memory.subarray(0, 7)]).toEqual(new Array(7).fill(0xa5));
      expect([...memory.subarray(-3)]).toEqual([0xa5, 0xa5, 0xa5]);
      expect(decodeUtf8(memory, 7, 7 + expected.length)).toBe(decoder.decode(expected));
    }
  });

  test("a lone surrogate is written as U+FFFD, wherever it stands", () => {
    const replaced = (text: string) => text.replaceAll("*", "\ufffd");
    for (const pattern of ["*", "*a", "a*", "a*b", "**", "\u{1f642}*", "*\u{1f642}", `${"a".repeat(100)}*`]) {
      for (const surrogate of ["\ud800", "\udbff", "\udc00", "\udfff"]) {
        const text = pattern.replaceAll("*", surrogate);
        const buffer = new Uint8Array(400);
        const end = encodeUtf8(buffer, 0, text);
        expect(end).toBe(utf8Bytes(text));
        expect(buffer.subarray(0, end)).toEqual(encoder.encode(replaced(pattern)));
      }
    }
  });

  test("a byte order mark is text", () => {
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xef, 0xbb, 0xbf);
    expect(decodeUtf8(bytes, 0, bytes.length)).toBe("\ufeffa\ufeff");
    expect(decodeUtf8(bytes, 0, 3)).toBe("\ufeff");
  });

  test.each(malformedUtf8)("$name becomes U+FFFD as in the platform's decoder", ({ octets }) => {
    for (const around of ["", "text", "ü", "x".repeat(60), "ü".repeat(3000)]) {
      const bytes = Uint8Array.of(...encoder.encode(around), ...octets, ...encoder.encode(around));
      const text = decodeUtf8(bytes, 0, bytes.length);
      expect(text).toBe(decoder.decode(bytes));
      expect(text).toContain("\ufffd");
    }
  });

  test("nothing outside start and end is read", () => {
    const bytes = encoder.encode("äöüäöüäöüäöüäöüäöü");
    expect(decodeUtf8(bytes, 2, 6)).toBe("öü");
    expect(decodeUtf8(bytes, 4, 4)).toBe("");
    // Cut in the middle of a character.
    expect(decodeUtf8(bytes, 0, 3)).toBe("ä\ufffd");
  });

  test("memory is given at its length", () => {
    for (const length of [0, 1, 4096, 70_000]) {
      const memory = allocateBytes(length);
      expect(memory.constructor).toBe(Uint8Array);
      expect([memory.length, memory.byteOffset]).toEqual([length, 0]);
      // Nobody else's.
      expect(memory.buffer.byteLength).toBe(length);
    }
  });
});
