// SPDX-License-Identifier: Apache-2.0
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { describe, expect, test } from "vitest";
import { expectNoOverrun, readPoisoned, written } from "../../test/support/poison.js";
import { Random } from "../../test/support/random.js";
import { alphabets, textOf } from "../../test/support/text-cases.js";
import { writeString } from "./write-text.js";

const tag = 10;
const encoded = (text: string) =>
  written((buffer, at) => writeString(buffer, at, tag, text, "f"), 3, 20 + text.length * 3);

describe.each(alphabets)("$name", (alphabet) => {
  const random = new Random(13);

  test("of 0 to 200 and 5,000 characters is what protobuf-es writes, and is read back", () => {
    for (const length of [...Array(201).keys(), 5000]) {
      const text = textOf(alphabet, length, random);
      const bytes = encoded(text);
      expect(bytes).toEqual(new BinaryWriter().tag(1, 2).string(text).finish());
      expect(readPoisoned(bytes.subarray(1), (reader) => reader.string())).toEqual({ value: text });
      expect(readPoisoned(bytes.subarray(1), (reader) => reader.stringUnchecked())).toEqual({ value: text });
      expect(readPoisoned(bytes.subarray(1), (reader) => reader.key())).toEqual({ value: text });
    }
  });

  test("cut at every offset is an error whatever lies behind", () => {
    const bytes = encoded(textOf(alphabet, 30, random)).subarray(1);
    for (let end = 0; end < bytes.length; end++) {
      expect(readPoisoned(bytes.subarray(0, end), (reader) => reader.string()).error).toMatch(/^a length /);
    }
  });

  test("in a buffer too small overflows, and nothing is written past its end", () => {
    for (const length of [0, 1, 13, 14, 41, 42, 43, 44, 127, 128, 129]) {
      const text = textOf(alphabet, length, random);
      expectNoOverrun((buffer, at) => writeString(buffer, at, tag, text, "f"), encoded(text));
    }
  });
});

test("the length's width is right where more units than guessed become bytes, at each width", () => {
  for (const character of ["a", "ü", "日", "🙂"]) {
    for (const units of [40, 42, 43, 44, 63, 64, 65, 126, 127, 128, 5461, 5462, 8191, 8192, 16_383, 16_384]) {
      const text = character.repeat(units);
      const reader = new BinaryReader(encoded(text));
      expect(reader.tag()).toEqual([1, 2]);
      expect(reader.string() === text, `${units} times ${character}`).toBe(true);
      expect(reader.pos).toBe(reader.len);
    }
  }
});

test("a lone surrogate becomes U+FFFD, short or long", () => {
  for (const around of ["", "a", "ü", "x".repeat(60), "日".repeat(60)]) {
    for (const lone of ["\ud800", "\udc00", "\ud800\ud800", "\udc00\ud800"]) {
      const replaced = encoded(`${around}${"\ufffd".repeat(lone.length)}${around}`);
      expect(encoded(`${around}${lone}${around}`)).toEqual(replaced);
    }
  }
});

test("a tag of five bytes", () => {
  const bytes = written((buffer, at) => writeString(buffer, at, ((536_870_911 << 3) | 2) >>> 0, "ü", "f"));
  expect(bytes).toEqual(Uint8Array.of(0xfa, 0xff, 0xff, 0xff, 0x0f, 2, 0xc3, 0xbc));
});

test.each([5, null, undefined, true, ["a"], new Date(0)])("%s is no string", (value) => {
  expect(() => writeString(new Uint8Array(64), 0, tag, value as never, "demo.v1.User.name")).toThrow(
    "demo.v1.User.name: expected a string, got ",
  );
});
