// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { expectNoOverrun, readPoisoned, written } from "../../test/support/poison.js";
import { Random } from "../../test/support/random.js";
import { packableScalars, type Scalar, valuesOf } from "../../test/support/scalars.js";
import { Reader } from "./reader.js";
import { writePackedInt32, writePackedInt64 } from "./write-packed.js";

const tag = 10;

describe.each(packableScalars)("a packed list of $name", (scalar) => {
  const { writePacked, read, readPacked } = scalar;
  const values = valuesOf(scalar, new Random(11), 150);
  const encoded = (list: typeof values) =>
    written((buffer, at) => writePacked(buffer, at, tag, list, "f"), 3, 20 + list.length * 10);

  test("of any length is what protobuf-es writes, and is read back", () => {
    for (const list of [...values.map((value) => [value]), ...lists(values)]) {
      const bytes = encoded(list);
      expect(bytes).toEqual(Uint8Array.of(tag, ...reference(scalar, list)));
      expect(readPoisoned(bytes.subarray(1), (reader) => readPacked(reader, []))).toEqual({ value: list });
    }
  });

  test("is appended to what the list holds", () => {
    const [first, ...rest] = values;
    const read = readPoisoned(encoded(rest).subarray(1), (reader) => readPacked(reader, [first as never]));
    expect(read).toEqual({ value: values });
  });

  test("is read one by one as well", () => {
    const bytes = encoded(values).subarray(1);
    const all = readPoisoned(bytes, (reader) => {
      const end = reader.lengthEnd();
      const list = [];
      while (reader.position < end) list.push(read(reader));
      return list;
    });
    expect(all).toEqual({ value: values });
  });

  test("cut at every offset, is an error whatever lies behind", () => {
    const bytes = encoded(values.slice(0, 12)).subarray(1);
    for (let end = 0; end < bytes.length; end++) {
      const { error } = readPoisoned(bytes.subarray(0, end), (reader) => readPacked(reader, []));
      expect(error).toMatch(/^a length (cut short|of \d+ with \d+ bytes left) at byte \d+$/);
    }
  });

  test("whose length cuts an element in two is an error, though its bytes are there", () => {
    const bytes = encoded(values.slice(0, 5));
    const length = bytes[1] as number;
    for (let shorter = 1; shorter < length; shorter++) {
      const content = bytes.slice(1);
      content[0] = length - shorter;
      const end = 1 + length - shorter;
      const one = readPoisoned(content.subarray(0, end), (reader) => readPacked(reader, []));
      if (one.error === undefined) expect(encoded(one.value)).toEqual(bytesOf(tag, content.subarray(0, end)));
      else expect(one.error).toMatch(/^a (varint cut short|packed list of \d+ bytes in steps of [48]) at byte \d+$/);
    }
  });

  test("in a buffer too small overflows, and nothing is written past its end", () => {
    for (const list of [values.slice(0, 1), values.slice(0, 9), values.slice(0, 30)]) {
      expectNoOverrun((buffer, at) => writePacked(buffer, at, tag, list, "f"), encoded(list));
    }
  });

  test("that is empty takes no bytes", () => {
    expect(encoded([])).toEqual(new Uint8Array(0));
    expect(readPoisoned(Uint8Array.of(0), (reader) => readPacked(reader, []))).toEqual({ value: [] });
  });

  test("longer than a list is made at once is read back", () => {
    const long = Array.from({ length: 65_537 }, (_, i) => values[i % values.length]) as typeof values;
    const bytes = encoded(long).subarray(1);
    const value = readPacked(new Reader(bytes), []);
    expect(value.length).toBe(long.length);
    expect(value.every((element, i) => Object.is(element, long[i]))).toBe(true);
  });
});

test("a length that outgrows its guess moves the elements up, at every width of it", () => {
  for (const elements of [12, 13, 14, 127, 128, 1638, 1639]) {
    const list = new Array<number>(elements).fill(-1);
    const bytes = written((buffer, at) => writePackedInt32(buffer, at, tag, list, "f"), 0, 20_000);
    expect(bytes.length).toBe(1 + (elements * 10 < 128 ? 1 : elements * 10 < 16_384 ? 2 : 3) + elements * 10);
    expect(bytes.subarray(-10)).toEqual(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 255, 1));
  }
});

test("a field number of five bytes", () => {
  const bytes = written((buffer, at) => writePackedInt64(buffer, at, ((536_870_911 << 3) | 2) >>> 0, [1n], "f"));
  expect(bytes).toEqual(Uint8Array.of(0xfa, 0xff, 0xff, 0xff, 0x0f, 1, 1));
});

describe.each(packableScalars)("$name", ({ writePacked }) => {
  test.each([
    ["a Set", new Set([1])],
    ["an object", { 0: 1 }],
    ["a number", 5],
  ])("%s is no list", (_, list) => {
    const attempt = () => writePacked(new Uint8Array(64), 0, tag, list as never, "demo.v1.User.scores");
    expect(attempt).toThrow("demo.v1.User.scores: expected an array, got ");
  });
});

// Lengths around those where the width of the length changes, and the whole.
function lists<T>(values: T[]): T[][] {
  return [2, 12, 13, 16, 31, 32, 64, 126, 127, 128, 129, values.length].map((length) => values.slice(0, length));
}

function reference({ reference }: Scalar, list: readonly never[] | readonly unknown[]): Uint8Array {
  const content = list.flatMap((value) => [...reference(value as never)]);
  const length = content.length;
  return Uint8Array.of(...(length < 128 ? [length] : [(length & 127) | 128, length >>> 7]), ...content);
}

function bytesOf(first: number, rest: Uint8Array): Uint8Array {
  // An empty list is not written at all.
  return rest[0] === 0 ? new Uint8Array(0) : Uint8Array.of(first, ...rest);
}
