// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Random } from "../../../test/support/random.js";
import { alphabets, malformedUtf8, textOf } from "../../../test/support/text-cases.js";
import { utf16From } from "./utf16.js";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

test.each(alphabets)("$name is what the strict TextDecoder makes of it", (alphabet) => {
  const random = new Random(5);
  for (let length = 0; length <= 200; length++) expectAgreement(encoder.encode(textOf(alphabet, length, random)));
  expectAgreement(encoder.encode(textOf(alphabet, 5000, random)));
});

test.each(malformedUtf8)("$name is no UTF-8", ({ octets }) => {
  for (const before of ["", "a", "ü"]) {
    const bytes = Uint8Array.of(...encoder.encode(before), ...octets);
    expect(utf16(bytes)).toBeUndefined();
    expectAgreement(bytes);
    expectAgreement(Uint8Array.of(...bytes, 0x61));
  }
});

describe("every sequence", () => {
  test("of one and two octets", () => {
    for (let first = 0; first < 256; first++) {
      expectAgreement(Uint8Array.of(first));
      for (let second = 0; second < 256; second++) expectAgreement(Uint8Array.of(first, second));
    }
  });

  test("of three and four octets, from those where a range begins or ends", () => {
    const octets = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
    const leads = [0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8];
    for (const lead of leads) {
      for (const second of octets) {
        for (const third of octets) {
          expectAgreement(Uint8Array.of(lead, second, third));
          for (const fourth of octets) expectAgreement(Uint8Array.of(lead, second, third, fourth));
        }
      }
    }
  });
});

test("random octets", () => {
  const random = new Random(9);
  for (let round = 0; round < 20_000; round++) expectAgreement(random.bytes(random.below(8)));
});

test("every character of the planes' ends, and one of each 97", () => {
  for (let point = 0; point <= 0x10ffff; point += point % 0x1_0000 >= 0xfff0 ? 1 : 97) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const text = String.fromCodePoint(point);
    expect(utf16(encoder.encode(text))).toBe(text);
  }
});

test("what lies behind the end is not read", () => {
  const bytes = encoder.encode("aüあ🙂");
  const units = new Uint16Array(16);
  const ends = Array.from({ length: bytes.length + 1 }, (_, end) => utf16From(bytes, 0, end, units));
  expect(ends).toEqual([0, 1, -1, 2, -1, -1, 3, -1, -1, -1, 5]);
});

function utf16(bytes: Uint8Array): string | undefined {
  const units = new Uint16Array(bytes.length);
  const count = utf16From(bytes, 0, bytes.length, units);
  if (count < 0) return undefined;
  let text = "";
  for (let i = 0; i < count; i++) text += String.fromCharCode(units[i]);
  return text;
}

function expectAgreement(bytes: Uint8Array): void {
  const ours = utf16(bytes);
  const theirs = strictText(bytes);
  // Compared first: an assertion a sequence would take seconds.
  if (ours !== theirs) expect({ bytes, text: ours }).toEqual({ bytes, text: theirs });
}

function strictText(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
