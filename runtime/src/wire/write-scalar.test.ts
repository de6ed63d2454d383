// SPDX-License-Identifier: Apache-2.0
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { describe, expect, test } from "vitest";
import { expectNoOverrun, readPoisoned, written } from "../../test/support/poison.js";
import { Random } from "../../test/support/random.js";
import { packableScalars, valuesOf } from "../../test/support/scalars.js";
import {
  writeBool,
  writeDouble,
  writeFloat,
  writeInt32,
  writeInt64,
  writeSint32,
  writeUint64,
} from "./write-scalar.js";

const fieldNumbers = [1, 15, 16, 2047, 2048, 536_870_911];

describe.each(packableScalars)("$name", (scalar) => {
  const { wireType, write, read, reference } = scalar;
  const tag = 8 + wireType;
  const values = valuesOf(scalar, new Random(7), 200);
  const encoded = (value: (typeof values)[number]) => written((buffer, at) => write(buffer, at, tag, value, "f"), 5);

  test("what is written is what protobuf-es writes, and is read back", () => {
    for (const value of values) {
      const bytes = encoded(value);
      expect(bytes).toEqual(Uint8Array.of(tag, ...reference(value)));
      expect(readPoisoned(bytes.subarray(1), read)).toEqual({ value });
    }
  });

  test("cut at every offset, it is an error whatever lies behind", () => {
    for (const value of values.slice(0, 60)) {
      const bytes = encoded(value).subarray(1);
      for (let end = 0; end < bytes.length; end++) {
        expect(readPoisoned(bytes.subarray(0, end), read).error).toMatch(/^a (varint|value) cut short at byte \d+$/);
      }
    }
  });

  test("a buffer too small overflows, and nothing is written past its end", () => {
    for (const value of [values[0], values[1], values.at(-1)]) {
      expectNoOverrun((buffer, at) => write(buffer, at, tag, value as never, "f"), encoded(value as never));
    }
  });

  test("tags of every width", () => {
    for (const no of fieldNumbers) {
      const whole = ((no << 3) | wireType) >>> 0;
      const bytes = written((buffer, at) => write(buffer, at, whole, values[1] as never, "f"));
      expect(new BinaryReader(bytes).tag()).toEqual([no, wireType]);
      expect(readPoisoned(bytes, (reader) => [reader.tag(), read(reader)])).toEqual({ value: [whole, values[1]] });
    }
  });
});

test("an int32 below zero takes 10 bytes", () => {
  expect(written((buffer, at) => writeInt32(buffer, at, 8, -1, "f"))).toEqual(
    Uint8Array.of(8, ...new Array(9).fill(255), 1),
  );
});

test("zigzag: 0, -1, 1, -2 are 0, 1, 2, 3", () => {
  for (const [value, octet] of [0, -1, 1, -2].entries()) {
    expect(written((buffer, at) => writeSint32(buffer, at, 8, octet, "f"))).toEqual(Uint8Array.of(8, value));
  }
});

test("a double is written bit for bit: -0, NaN, the infinities", () => {
  for (const value of [-0, Number.NaN, Infinity, -Infinity]) {
    const bits = new Uint8Array(Float64Array.of(value).buffer);
    expect(written((buffer, at) => writeDouble(buffer, at, 9, value, "f"))).toEqual(Uint8Array.of(9, ...bits));
  }
});

test("a float takes what rounds to one; a finite number that would become infinite is refused", () => {
  const largest = 3.4028234663852886e38;
  for (const value of [largest, largest * (1 + 2 ** -26), -largest, 1e-60, Infinity, -Infinity, Number.NaN]) {
    const bits = new Uint8Array(Float32Array.of(value).buffer);
    expect(written((buffer, at) => writeFloat(buffer, at, 13, value, "f"))).toEqual(Uint8Array.of(13, ...bits));
  }
  for (const value of [3.5e38, -3.5e38, Number.MAX_VALUE]) {
    expect(() => writeFloat(new Uint8Array(32), 0, 13, value, "p.M.f")).toThrow(
      `p.M.f: expected a float (up to ±3.4028234663852886e38), got ${value}`,
    );
  }
});

describe("numeric strings are accepted", () => {
  const accepted: readonly (readonly [string, number | bigint | string, (typeof packableScalars)[number]["name"]])[] = [
    ["-12", -12, "int32"],
    ["4294967295", 4294967295, "uint32"],
    ["-12", -12, "sint32"],
    ["7", 7, "fixed32"],
    ["-7", -7, "sfixed32"],
    ["-9223372036854775808", -9223372036854775808n, "int64"],
    ["18446744073709551615", 18446744073709551615n, "uint64"],
    ["-5", -5n, "sint64"],
    ["5", 5n, "fixed64"],
    ["-5", -5n, "sfixed64"],
    ["1.5", 1.5, "double"],
    ["NaN", Number.NaN, "double"],
    ["-Infinity", -Infinity, "float"],
  ];
  test.each(accepted)("%s for %s as %s", (text, value, name) => {
    const { write } = packableScalars.find((scalar) => scalar.name === name) as (typeof packableScalars)[number];
    const bytesOf = (given: unknown) => written((buffer, at) => write(buffer, at, 8, given as never, "f"));
    expect(bytesOf(text)).toEqual(bytesOf(value));
  });

  test("and numbers for 64-bit integers", () => {
    const bytesOf = (given: number | bigint) => written((buffer, at) => writeInt64(buffer, at, 8, given, "f"));
    for (const value of [0, -1, 2 ** 53, -(2 ** 63)]) expect(bytesOf(value)).toEqual(bytesOf(BigInt(value)));
  });
});

describe("what a field cannot hold is refused by name, range and value", () => {
  const int32Range = "an int32 (-2147483648 to 2147483647)";
  const uint32Range = "a uint32 (0 to 4294967295)";
  const int64Range = "an int64 (-9223372036854775808 to 9223372036854775807)";
  const uint64Range = "a uint64 (0 to 18446744073709551615)";
  const refused: Record<string, { expected: string; values: readonly (readonly [unknown, string])[] }> = {
    bool: {
      expected: "a boolean",
      values: [
        [0, "0"],
        ["true", '"true"'],
        [null, "null"],
        [undefined, "undefined"],
      ],
    },
    int32: {
      expected: int32Range,
      values: [
        [3e9, "3000000000"],
        [1.5, "1.5"],
        [NaN, "NaN"],
        ["x", '"x"'],
        ["", '""'],
        [1n, "1n"],
      ],
    },
    uint32: {
      expected: uint32Range,
      values: [
        [-1, "-1"],
        [2 ** 32, "4294967296"],
        [Infinity, "Infinity"],
        ["-1", '"-1"'],
      ],
    },
    sint32: { expected: int32Range, values: [[2 ** 31, "2147483648"]] },
    fixed32: {
      expected: uint32Range,
      values: [
        [-1, "-1"],
        [undefined, "undefined"],
      ],
    },
    sfixed32: {
      expected: int32Range,
      values: [
        [-3e9, "-3000000000"],
        [{}, "an object (Object)"],
      ],
    },
    int64: {
      expected: int64Range,
      values: [
        [2n ** 63n, "9223372036854775808n"],
        [0.5, "0.5"],
        ["1.5", '"1.5"'],
        ["", '""'],
        [true, "true"],
      ],
    },
    uint64: {
      expected: uint64Range,
      values: [
        [-1n, "-1n"],
        [2n ** 64n, "18446744073709551616n"],
        ["-1", '"-1"'],
        [-1, "-1"],
      ],
    },
    sint64: { expected: int64Range, values: [[-(2n ** 63n) - 1n, "-9223372036854775809n"]] },
    fixed64: {
      expected: uint64Range,
      values: [
        [-1n, "-1n"],
        [null, "null"],
      ],
    },
    sfixed64: { expected: int64Range, values: [[2n ** 63n, "9223372036854775808n"]] },
    double: {
      expected: "a number",
      values: [
        ["x", '"x"'],
        ["", '""'],
        [1n, "1n"],
        [null, "null"],
        [true, "true"],
      ],
    },
    float: {
      expected: "a number",
      values: [
        ["x", '"x"'],
        [[1, 2], "an array of 2"],
      ],
    },
  };
  test.each(packableScalars)("$name", ({ name, write, writePacked }) => {
    const { expected, values } = refused[name] as (typeof refused)[string];
    for (const [value, described] of values) {
      const sentence = `demo.v1.User.age: expected ${expected}, got ${described}`;
      const attempt = () => write(new Uint8Array(32), 0, 8, value as never, "demo.v1.User.age");
      expect(attempt).toThrow(new TypeError(sentence));
      const packed = () => writePacked(new Uint8Array(64), 0, 10, [value as never], "demo.v1.User.age");
      expect(packed).toThrow(new TypeError(sentence));
    }
  });
});

test("what was refused leaves no trace in the next field", () => {
  expect(() => writeUint64(new Uint8Array(32), 0, 8, -1n, "f")).toThrow(TypeError);
  expect(written((buffer, at) => writeUint64(buffer, at, 8, 1n, "f"))).toEqual(Uint8Array.of(8, 1));
  expect(written((buffer, at) => writeBool(buffer, at, 8, true, "f"))).toEqual(Uint8Array.of(8, 1));
});
