// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { type Outcome, readPoisoned } from "../../test/support/poison.js";
import { Random } from "../../test/support/random.js";
import type { Reader } from "./reader.js";

const varintReaders = ["bool", "int32", "uint32", "sint32", "int64", "uint64", "sint64", "skipVarint"] as const;

describe.each(varintReaders)("a varint read by %s", (method) => {
  const read = (reader: Reader) => reader[method]();

  test("of 10 bytes is read, of 11 is an error", () => {
    for (const behind of [[], new Array(20).fill(0)]) {
      const ten = [...new Array(9).fill(0x80), 0x00];
      expect(readPart([...ten, ...behind], 10, read).error).toBeUndefined();
      const eleven = [...new Array(10).fill(0x80), 0x00];
      expect(readPart([...eleven, ...behind], 11, read)).toEqual({
        error: expect.stringMatching("a varint of more than 10 bytes"),
      });
    }
  });

  test("may be longer than it needs to be", () => {
    const shortest = readPart([5], 1, read);
    for (let padding = 1; padding < 10; padding++) {
      expect(readPart([0x85, ...new Array(padding - 1).fill(0x80), 0], padding + 1, read)).toEqual(shortest);
    }
  });
});

test("bool is a 64-bit varint that is not 0, wherever its bit is", () => {
  for (let bit = 0; bit < 64; bit++) {
    const octets = varint(1n << BigInt(bit));
    expect(readPart(octets, octets.length, (reader) => reader.bool())).toEqual({ value: true });
  }
  expect(readPart([0x80, 0x80, 0], 3, (reader) => reader.bool())).toEqual({ value: false });
});

test("int32 and uint32 take the lowest 32 bits of a larger varint", () => {
  for (const wide of [0x1_0000_0005n, 0xffff_ffff_ffff_fff9n, 0x8000_0000n, 0xffff_ffff_0000_0000n]) {
    const octets = varint(wide);
    expect(readPart(octets, octets.length, (r) => r.int32())).toEqual({ value: Number(BigInt.asIntN(32, wide)) });
    expect(readPart(octets, octets.length, (r) => r.uint32())).toEqual({ value: Number(BigInt.asUintN(32, wide)) });
  }
});

test("bits of the tenth byte above the 64th are dropped", () => {
  const octets = [...new Array(9).fill(0xff), 0x7f];
  expect(readPart(octets, 10, (reader) => reader.uint64())).toEqual({ value: 2n ** 64n - 1n });
  expect(readPart(octets, 10, (reader) => reader.int64())).toEqual({ value: -1n });
});

describe("a tag", () => {
  const tag = (reader: Reader) => reader.tag();

  test("takes 5 bytes and 32 bits at most", () => {
    expect(readOf(tag, 0xff, 0xff, 0xff, 0xff, 0x0f)).toEqual({ value: 0xffff_ffff });
    expect(readOf(tag, 0xff, 0xff, 0xff, 0xff, 0x10)).toEqual({ error: "a tag above 32 bits at byte 64" });
    expect(readOf(tag, 0x88, 0x80, 0x80, 0x80, 0x80, 0x00)).toEqual({ error: "a tag above 32 bits at byte 64" });
  });

  test("may be longer than it needs to be", () => {
    for (const octets of [
      [0x8a, 0x00],
      [0x8a, 0x80, 0x00],
      [0x8a, 0x80, 0x80, 0x80, 0x00],
    ]) {
      expect(readOf(tag, ...octets)).toEqual({ value: 10 });
    }
  });

  test("cut short is an error", () => {
    for (let length = 0; length < 5; length++) {
      expect(readOf(tag, ...new Array(length).fill(0x80))).toEqual({ error: "a tag cut short at byte 64" });
    }
  });
});

describe("a length", () => {
  const lengthEnd = (reader: Reader) => {
    const end = reader.lengthEnd() - reader.position;
    reader.position += end;
    return end;
  };

  test("over-long must not wrap: 80 80 80 80 10 is not 0", () => {
    expect(readOf(lengthEnd, 0x80, 0x80, 0x80, 0x80, 0x10)).toEqual({ error: "a length above 32 bits at byte 64" });
    expect(readOf(lengthEnd, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00, 1)).toEqual({
      error: "a length above 32 bits at byte 64",
    });
  });

  test("of 2 GiB to 4 GiB is no negative number", () => {
    for (const [octet, length] of [
      [0x08, 2 ** 31],
      [0x0f, 2 ** 32 - 2 ** 28],
    ] as const) {
      expect(readOf(lengthEnd, 0x80, 0x80, 0x80, 0x80, octet)).toEqual({
        error: `a length of ${length} with 0 bytes left at byte 69`,
      });
    }
  });

  test("must lie within the end, exactly up to it", () => {
    expect(readOf(lengthEnd, 3, 1, 2, 3)).toEqual({ value: 3 });
    expect(readOf(lengthEnd, 4, 1, 2, 3)).toEqual({ error: "a length of 4 with 3 bytes left at byte 65" });
    expect(readOf(lengthEnd, 0x83, 0x80, 0x00, 1, 2, 3)).toEqual({ value: 3 });
    expect(readOf(lengthEnd, 0)).toEqual({ value: 0 });
  });

  test("cut short is an error", () => {
    for (let length = 0; length < 5; length++) {
      expect(readOf(lengthEnd, ...new Array(length).fill(0x80))).toEqual({ error: "a length cut short at byte 64" });
    }
  });
});

describe("a position behind the end, or that is no number, reads nothing", () => {
  const readers: Record<string, (reader: Reader) => unknown> = {
    tag: (reader) => reader.tag(),
    lengthEnd: (reader) => reader.lengthEnd(),
    int32: (reader) => reader.int32(),
    int64: (reader) => reader.int64(),
    sfixed32: (reader) => reader.sfixed32(),
    double: (reader) => reader.double(),
    string: (reader) => reader.string(),
    byteString: (reader) => reader.byteString(),
  };
  test.each(Object.entries(readers))("%s", (_, read) => {
    for (const beyond of [1, 1000, Number.NaN]) {
      const { error } = readPoisoned(Uint8Array.of(1, 2, 3), (reader, end) => {
        reader.position = end + beyond;
        return read(reader);
      });
      expect(error).toMatch(/cut short|above 32 bits|more than 10 bytes/);
    }
  });
});

describe("text", () => {
  const string = (reader: Reader) => reader.string();
  const unchecked = (reader: Reader) => reader.stringUnchecked();

  test("with a byte order mark keeps it", () => {
    expect(readOf(string, 4, 0xef, 0xbb, 0xbf, 0x61)).toEqual({ value: "\ufeffa" });
  });

  test("with a U+FFFD of its own is legal", () => {
    expect(readOf(string, 3, 0xef, 0xbf, 0xbd)).toEqual({ value: "\ufffd" });
  });

  test("that is not UTF-8 is an error, or U+FFFD where it is not checked", () => {
    expect(readOf(string, 2, 0x61, 0xff)).toEqual({ error: "a string that is not UTF-8 at byte 65" });
    expect(readOf(string, 4, 0xef, 0xbf, 0xbd, 0xff)).toEqual({ error: "a string that is not UTF-8 at byte 65" });
    expect(readOf(unchecked, 2, 0x61, 0xff)).toEqual({ value: "a\ufffd" });
  });

  test("is not completed by what lies behind its length", () => {
    expect(readOf((reader) => [reader.stringUnchecked(), reader.tag()], 1, 0xc3, 0x24).value).toEqual(["\ufffd", 0x24]);
  });
});

test("random octets give a value or an error, the same whatever lies behind", () => {
  const random = new Random(21);
  const readers = [
    "tag",
    "lengthEnd",
    "int32",
    "uint64",
    "sint64",
    "bool",
    "fixed32",
    "double",
    "string",
    "byteString",
  ] as const;
  let values = 0;
  for (let round = 0; round < 4000; round++) {
    const octets = random.bytes(random.below(12));
    const method = random.pick(readers);
    const outcome = readPoisoned(octets, (reader, end) => {
      const value = reader[method]();
      expect(reader.position).toBeLessThanOrEqual(end);
      reader.position = end;
      return value;
    });
    if (outcome.error === undefined) values++;
  }
  expect(values).toBeGreaterThan(1000);
});

function readOf<T>(read: (reader: Reader) => T, ...octets: number[]): Outcome<T> {
  return readPoisoned(Uint8Array.from(octets), read);
}

/** Reads a value of `length` octets, which others follow. */
function readPart<T>(octets: readonly number[], length: number, read: (reader: Reader) => T): Outcome<T> {
  return readPoisoned(Uint8Array.from(octets), (reader, end) => {
    const start = reader.position;
    const value = read(reader);
    expect(reader.position - start).toBe(length);
    reader.position = end;
    return value;
  });
}

function varint(value: bigint): number[] {
  const octets: number[] = [];
  for (; value > 127n; value >>= 7n) octets.push(Number(value & 127n) | 128);
  return [...octets, Number(value)];
}
