// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { readPoisoned } from "../../test/support/poison.js";
import { Random } from "../../test/support/random.js";
import { packableScalars } from "../../test/support/scalars.js";

const varints = packableScalars.filter(({ wireType }) => wireType === 0);
const fixed = packableScalars.filter(({ wireType }) => wireType !== 0);
const ten = [...new Array(9).fill(0x80), 0x00];
const eleven = [...new Array(10).fill(0x80), 0x00];

describe.each(varints)("a packed list of $name", ({ read, readPacked }) => {
  const list = (...octets: number[]) =>
    readPoisoned(Uint8Array.of(octets.length, ...octets), (reader) => readPacked(reader, []));
  const oneByOne = (...octets: number[]) =>
    readPoisoned(Uint8Array.from(octets), (reader, end) => {
      const values = [];
      while (reader.position < end) values.push(read(reader));
      return values;
    });

  test("takes a varint of 10 bytes and refuses one of 11, wherever it stands", () => {
    for (const before of [[], [1], [0x81, 0x01]]) {
      for (const after of [[], [1], ten]) {
        expect(list(...before, ...ten, ...after).error).toBeUndefined();
        expect(list(...before, ...eleven, ...after).error).toMatch("a varint of more than 10 bytes");
      }
    }
  });

  test("whose last varint is cut short is an error, though more bytes lie behind", () => {
    for (let length = 1; length <= 10; length++) {
      expect(list(1, ...new Array(length).fill(0x80)).error).toMatch("a varint cut short");
    }
  });

  test("has the values that its varints have one by one, whatever they are", () => {
    const random = new Random(37);
    for (let round = 0; round < 400; round++) {
      const octets = Array.from({ length: random.below(40) }, () =>
        random.below(3) === 0 ? random.below(128) : random.below(256),
      );
      const alone = oneByOne(...octets);
      const packed = list(...octets);
      if (alone.error === undefined) expect(packed).toEqual(alone);
      else expect(packed.error).toMatch(/^a varint (cut short|of more than 10 bytes)/);
    }
  });
});

describe.each(fixed)("a packed list of $name", ({ wireType, readPacked }) => {
  test("is a multiple of its width", () => {
    const width = wireType === 1 ? 8 : 4;
    for (let length = 0; length <= 3 * width; length++) {
      const bytes = Uint8Array.of(length, ...new Array(length).fill(1));
      const { value, error } = readPoisoned(bytes, (reader) => readPacked(reader, []));
      if (length % width === 0) expect(value).toHaveLength(length / width);
      else expect(error).toBe(`a packed list of ${length} bytes in steps of ${width} at byte 65`);
    }
  });
});
