// SPDX-License-Identifier: Apache-2.0
// What codecs are known to get wrong, on generated code: each test is named after the mistake.
import type { UnknownField } from "@bufbuild/protobuf";
import type { MessageCodec, Reader } from "petrel/codegen";
import { describe, expect, test } from "vitest";
import { toBytes } from "../../runtime/src/rpc/bytes.js";
import { readPoisoned } from "../../runtime/test/support/poison.js";
import * as editions from "../../testdata/golden/default/petrel/test/editions2023_pb.js";
import * as maps from "../../testdata/golden/default/petrel/test/maps_pb.js";
import * as nesting from "../../testdata/golden/default/petrel/test/nesting_pb.js";
import * as oneofs from "../../testdata/golden/default/petrel/test/oneofs_pb.js";
import * as proto2 from "../../testdata/golden/default/petrel/test/proto2_pb.js";
import * as scalars from "../../testdata/golden/default/petrel/test/scalars_pb.js";
import * as wellKnown from "../../testdata/golden/default/petrel/test/well_known_pb.js";

const minusOne = [255, 255, 255, 255, 255, 255, 255, 255, 255, 1];

describe("bytes that are no message", () => {
  const decoders = {
    Scalars: scalars.decodeScalars,
    RepeatedScalars: scalars.decodeRepeatedScalars,
    Maps: maps.decodeMaps,
    Oneofs: oneofs.decodeOneofs,
    Presence: proto2.decodePresence,
    Explicit: editions.decodeExplicit,
    WellKnown: wellKnown.decodeWellKnown,
  };
  const malformed: readonly (readonly [string, readonly number[], string])[] = [
    ["an over-long length must not wrap", [0x3a, 0x80, 0x80, 0x80, 0x80, 0x10], "a length above 32 bits"],
    ["a tag takes 5 bytes and 32 bits at most", [0x88, 0x80, 0x80, 0x80, 0x10, 0], "a tag above 32 bits"],
    ["field number 0", [0, 0], "field number 0"],
    ["wire type 6", [14], "wire type 6"],
    ["wire type 7", [15], "wire type 7"],
    ["EndGroup without group", [12], "the end of group 1, which is not open"],
    ["a varint of 11 bytes", [0xf8, 0x3e, ...new Array(10).fill(0x80), 0], "a varint of more than 10 bytes"],
    ["an unknown group without end", [0xfb, 0x3e, 8, 1], "a group without its end"],
  ];
  describe.each(Object.entries(decoders))("%s", (_, decode: (reader: Reader, end: number) => unknown) => {
    test.each(malformed)("%s", (_name, octets, sentence) => {
      expect(readPoisoned(Uint8Array.from(octets), decode).error).toMatch(sentence);
    });
  });

  test("a child must end exactly at its end and may not read into its parent", () => {
    // Its only field takes more than its length allows; the bytes are there.
    for (const octets of [
      [18, 1, 10, 1, 97],
      [18, 2, 10, 1, 97],
      [26, 2, 10, 1, 97],
    ]) {
      expect(readPoisoned(Uint8Array.from(octets), nesting.decodeNode).error).toMatch(/ends behind its length/);
    }
    const entry = [58, 3, 10, 2, 97, 97, 0];
    expect(readPoisoned(Uint8Array.from(entry), maps.decodeMaps).error).toMatch("ends behind its length");
    const packed = [18, 1, 0x80, 0];
    expect(readPoisoned(Uint8Array.from(packed), scalars.decodeRepeatedScalars).error).toMatch("cut short");
    const closedPacked = [26, 1, 0x81, 0];
    expect(readPoisoned(Uint8Array.from(closedPacked), proto2.decodeChoices).error).toMatch("ends behind its length");
    const longAsText = [66, 1, 0x81, 0];
    expect(readPoisoned(Uint8Array.from(longAsText), scalars.decodeRepeatedScalars).error).toMatch("ends behind");
  });

  test("a message nested too deep, in whatever it is nested", () => {
    let inMap: number[] = [];
    for (let depth = 0; depth < 101; depth++) {
      const value = [18, ...length(inMap), ...inMap];
      inMap = [106, ...length(value), ...value];
    }
    expect(readPoisoned(Uint8Array.from(inMap), maps.decodeMaps).error).toMatch("nested more than 100 deep");
    const groups = [...new Array(101).fill(43), ...new Array(101).fill(44)];
    expect(readPoisoned(Uint8Array.from(groups), editions.decodeExplicit).error).toMatch("nested more than 100 deep");
  });
});

describe("numbers", () => {
  test("int32 and enum negatives take 10 bytes, and are read from 5 as well", () => {
    expect(bytesOf(scalars.ScalarsCodec, { int32Field: -1 })).toEqual([24, ...minusOne]);
    expect(bytesOf(oneofs.OneofsCodec, { value: { case: "level", value: -1 as oneofs.Oneofs_Level } })).toEqual([
      32,
      ...minusOne,
    ]);
    expect(messageOf(scalars.ScalarsCodec, 24, 255, 255, 255, 255, 15).int32Field).toBe(-1);
    expect(messageOf(maps.MapsCodec, 90, 11, 16, ...minusOne).toEnum).toEqual({ "": -1 });
  });

  test("bool is a 64-bit varint that is not 0", () => {
    expect(messageOf(scalars.ScalarsCodec, 104, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01).boolField).toBe(true);
    expect(messageOf(scalars.ScalarsCodec, 104, 2).boolField).toBe(true);
    expect(messageOf(scalars.RepeatedScalarsCodec, 42, 3, 0, 0x80, 0x01).boolField).toEqual([false, true]);
  });

  test("zigzag", () => {
    const values = [0, -1, 1, -2147483648, 2147483647];
    for (const value of values) {
      expect(
        messageOf(scalars.ScalarsCodec, ...bytesOf(scalars.ScalarsCodec, { sint32Field: value })).sint32Field,
      ).toBe(value);
    }
    expect(bytesOf(scalars.ScalarsCodec, { sint64Field: -2n })).toEqual([64, 3]);
  });

  test("-0.0 is set, NaN is set, 0 is not", () => {
    expect(bytesOf(scalars.ScalarsCodec, { doubleField: -0 })).toEqual([9, 0, 0, 0, 0, 0, 0, 0, 128]);
    expect(bytesOf(scalars.ScalarsCodec, { floatField: -0 })).toEqual([21, 0, 0, 0, 128]);
    expect(bytesOf(scalars.ScalarsCodec, { doubleField: Number.NaN })).toEqual([9, 0, 0, 0, 0, 0, 0, 248, 127]);
    expect(bytesOf(scalars.ScalarsCodec, { doubleField: 0, floatField: 0, int32Field: -0 })).toEqual([]);
  });

  test("a finite number beyond float is refused", () => {
    expect(() => toBytes(scalars.ScalarsCodec, { floatField: 1e39 })).toThrow(
      "petrel.test.Scalars.float_field: expected a float (up to ±3.4028234663852886e38), got 1e+39",
    );
  });

  test("numeric strings are accepted for integers, numbers for 64-bit ones", () => {
    const text = { int32Field: "-5", uint64Field: "7", fixed32Field: "9", int64AsString: "-12" };
    const numbers = { int32Field: -5, uint64Field: 7, fixed32Field: 9, int64AsString: -12 };
    expect(bytesOf(scalars.ScalarsCodec, text as never)).toEqual(bytesOf(scalars.ScalarsCodec, numbers as never));
  });

  test("zero given as number or text to a 64-bit field is zero, as in protobuf-es", () => {
    expect(bytesOf(scalars.ScalarsCodec, { int64Field: 0 as never, uint64Field: "0" as never })).toEqual([]);
    expect(bytesOf(scalars.ScalarsCodec, { int64AsString: 0n as never })).toEqual([]);
  });
});

describe("wire types", () => {
  test("a wrong wire type is unknown, and written again", () => {
    // double as varint, int32 as fixed32, string as varint, a list of strings as fixed64
    for (const octets of [
      [8, 1],
      [29, 1, 2, 3, 4],
      [112, 5],
      [10, 1, 97],
    ]) {
      const message = messageOf(scalars.ScalarsCodec, ...octets);
      expect(message.$unknown?.length, String(octets)).toBe(1);
      expect(message).toEqual({ ...scalars.createScalars(), $unknown: message.$unknown });
      expect(bytesOf(scalars.ScalarsCodec, message)).toEqual(octets);
    }
    expect(messageOf(scalars.RepeatedScalarsCodec, 49, 1, 2, 3, 4, 5, 6, 7, 8)).toMatchObject({
      stringField: [],
      $unknown: [{ no: 6 }],
    });
    expect(messageOf(maps.MapsCodec, 8, 5)).toMatchObject({ byInt32: {}, $unknown: [{ no: 1, wireType: 0 }] });
    expect(messageOf(nesting.NodeCodec, 11, 12).$unknown).toMatchObject([{ no: 1, wireType: 3 }]);
  });

  test("packed and unpacked are both read, whichever is declared, also mixed", () => {
    const repeated = (octets: number[]) => messageOf(scalars.RepeatedScalarsCodec, ...octets);
    for (const [no, property] of [
      [2, "packedField"],
      [3, "unpackedField"],
    ] as const) {
      const [varint, packed] = [no * 8, no * 8 + 2];
      expect(repeated([varint, 1, packed, 2, 2, 3, varint, 4])[property]).toEqual([1, 2, 3, 4]);
    }
    expect(repeated([64, 1, 66, 2, 2, 3]).int64AsString).toEqual(["1", "2", "3"]);
    expect(repeated([40, 1, 42, 1, 0]).boolField).toEqual([true, false]);
    expect(messageOf(editions.ExplicitCodec, 50, 2, 1, 2, 48, 3).expanded).toEqual([1, 2, 3]);
    expect(messageOf(proto2.PresenceCodec, 88, 1, 90, 1, 2).packed).toEqual([1, 2]);
    const choices = messageOf(proto2.ChoicesCodec, 16, 1, 18, 2, 2, 1, 24, 2, 26, 1, 1);
    expect([choices.expanded, choices.packed]).toEqual([
      [1, 2, 1],
      [2, 1],
    ]);
  });

  test("a group is merged like a message, and ends at its own end", () => {
    const explicit = messageOf(editions.ExplicitCodec, 43, 10, 1, 97, 44, 43, 34, 1, 98, 44);
    expect(explicit.delimited).toMatchObject({ name: "a", required: "b" });
    expect(readPoisoned(Uint8Array.of(43, 52), editions.decodeExplicit).error).toMatch("the end of group 6");
  });
});

describe("closed enums", () => {
  const choices = (...octets: number[]) => messageOf(proto2.ChoicesCodec, ...octets);
  const unknown = (no: number, ...data: number[]): UnknownField[] => [{ no, wireType: 0, data: Uint8Array.from(data) }];

  test("zero of a proto2 enum is its first value", () => {
    expect(choices().choice).toBe(proto2.Choice.FIRST);
    expect(Object.hasOwn(choices(), "choice")).toBe(false);
    expect(choices(34, 3, 10, 1, 97).byName).toEqual({ a: 0 });
  });

  test("an unknown value is an unknown field, singular, repeated, packed, in a oneof", () => {
    expect(choices(8, 3)).toMatchObject({ choice: 1, $unknown: unknown(1, 3) });
    expect(choices(8, 2, 8, 3)).toMatchObject({ choice: 2, $unknown: unknown(1, 3) });
    expect(choices(16, 1, 16, 9, 16, 2)).toMatchObject({ expanded: [1, 2], $unknown: unknown(2, 9) });
    expect(choices(26, 3, 1, 9, 2)).toMatchObject({ packed: [1, 2], $unknown: unknown(3, 9) });
    expect(choices(40, 9)).toMatchObject({ either: { case: undefined }, $unknown: unknown(5, 9) });
    expect(choices(8, ...minusOne).$unknown).toEqual(unknown(1, ...minusOne));
  });

  test("an unknown value is not lost when the message has another unknown field", () => {
    const message = choices(8, 3, 80, 1, 8, 4);
    expect(message.$unknown?.map(({ no }) => no)).toEqual([1, 10, 1]);
    expect(bytesOf(proto2.ChoicesCodec, message)).toEqual([8, 3, 80, 1, 8, 4]);
  });

  test("a map entry with an unknown value goes to $unknown whole", () => {
    const message = choices(34, 5, 10, 1, 97, 16, 9, 34, 5, 10, 1, 98, 16, 2);
    expect(message.byName).toEqual({ b: 2 });
    expect(message.$unknown).toEqual([{ no: 4, wireType: 2, data: Uint8Array.of(5, 10, 1, 97, 16, 9) }]);
    expect(bytesOf(proto2.ChoicesCodec, message)).toEqual([34, 5, 10, 1, 98, 16, 2, 34, 5, 10, 1, 97, 16, 9]);
  });

  test("an open enum keeps what it does not know", () => {
    expect(messageOf(oneofs.OneofsCodec, 32, 9).value).toEqual({ case: "level", value: 9 });
    expect(messageOf(editions.ExplicitCodec, 64, 9).open).toBe(9);
    expect(messageOf(editions.ExplicitCodec, 56, 9)).toMatchObject({ $unknown: unknown(7, 9) });
  });
});

describe("maps", () => {
  test("key and value come in any order, repeated, with unknown fields between; the last counts", () => {
    const entry = [18, 1, 120, 24, 5, 8, 1, 18, 1, 121, 35, 36, 8, 2];
    expect(messageOf(maps.MapsCodec, 10, entry.length, ...entry).byInt32).toEqual({ 2: "y" });
    expect(messageOf(maps.MapsCodec, 10, 0).byInt32).toEqual({ 0: "" });
    expect(messageOf(maps.MapsCodec, 10, 3, 18, 1, 97, 10, 3, 18, 1, 98).byInt32).toEqual({ 0: "b" });
  });

  test("a repeated value that is a message is merged; without one it is empty", () => {
    const entry = [18, 2, 24, 5, 10, 1, 107, 18, 2, 40, 6];
    const { toMessage } = messageOf(maps.MapsCodec, 98, entry.length, ...entry, 98, 3, 10, 1, 108);
    expect(toMessage.k).toEqual(scalars.createScalars({ int32Field: 5, uint32Field: 6 }));
    expect(toMessage.l).toEqual(scalars.createScalars());
  });

  test("keys of every type have the text of their value", () => {
    expect(messageOf(maps.MapsCodec, 18, 11, 8, ...minusOne).byInt64).toEqual({ "-1": "" });
    expect(messageOf(maps.MapsCodec, 34, 2, 8, 3).bySint64).toEqual({ "-2": "" });
    expect(messageOf(maps.MapsCodec, 50, 2, 8, 1).byBool).toEqual({ true: "" });
    expect(messageOf(maps.MapsCodec, 26, 6, 8, 255, 255, 255, 255, 15).byUint32).toEqual({ 4294967295: "" });
  });

  test("__proto__ is a key like any other, both ways", () => {
    const name = [..."__proto__"].map((character) => character.charCodeAt(0));
    const octets = [58, 14, 10, 9, ...name, 18, 1, 97];
    const { byString } = messageOf(maps.MapsCodec, ...octets);
    expect(Object.entries(byString)).toEqual([["__proto__", "a"]]);
    expect(Object.getPrototypeOf(byString)).toBe(Object.prototype);
    expect(bytesOf(maps.MapsCodec, { byString })).toEqual(octets);
  });
});

describe("text", () => {
  test("a BOM is text, U+FFFD is legal", () => {
    const octets = [114, 6, 0xef, 0xbb, 0xbf, 0xef, 0xbf, 0xbd];
    const message = messageOf(scalars.ScalarsCodec, ...octets);
    expect(message.stringField).toBe("\ufeff\ufffd");
    expect(bytesOf(scalars.ScalarsCodec, message)).toEqual(octets);
  });

  test("must be UTF-8 in proto3 and editions, in keys too; proto2 replaces", () => {
    for (const [codec, octets] of [
      [scalars.ScalarsCodec, [114, 1, 0xff]],
      [maps.MapsCodec, [58, 3, 10, 1, 0xff]],
      [maps.MapsCodec, [58, 3, 18, 1, 0xff]],
      [oneofs.OneofsCodec, [10, 1, 0xff]],
      [editions.ExplicitCodec, [10, 1, 0xff]],
      [wellKnown.WellKnownCodec, [130, 1, 3, 10, 1, 0xff]],
    ] as const) {
      expect(() => messageOf(codec as MessageCodec<unknown, never>, ...octets)).toThrow("a string that is not UTF-8");
    }
    expect(messageOf(proto2.ChoicesCodec, 50, 1, 0xff, 34, 5, 10, 1, 0xff, 16, 2)).toMatchObject({
      either: { case: "other", value: "\ufffd" },
      byName: { "\ufffd": 2 },
    });
  });
});

test("the last of a oneof counts; a message is merged into the same case only", () => {
  const nestedText = (octet: number) => [42, 3, 98, 1, octet];
  const merged = messageOf(oneofs.OneofsCodec, 42, 3, 82, 1, 97, ...nestedText(98)).value;
  expect(merged).toMatchObject({ case: "nested", value: { outside: "b", secondChoice: { case: "a", value: "a" } } });
  const between = messageOf(oneofs.OneofsCodec, ...nestedText(97), 16, 5, 42, 0).value;
  expect(between).toMatchObject({ case: "nested", value: { outside: "" } });
  expect(messageOf(oneofs.OneofsCodec, ...nestedText(97), 16, 5).value).toEqual({ case: "number", value: 5n });
});

test("what protobuf-es 2.17 gets wrong is not copied", () => {
  // A submessage that overruns its length.
  expect(() => messageOf(nesting.NodeCodec, 18, 1, 10, 1, 97)).toThrow("ends behind its length");
  // A length that wraps.
  expect(() => messageOf(scalars.ScalarsCodec, 114, 0x80, 0x80, 0x80, 0x80, 0x10)).toThrow("a length above 32 bits");
  // A foreign wire type read as the declared one.
  expect(messageOf(scalars.ScalarsCodec, 29, 0x81, 0x80, 0x80, 0)).toMatchObject({
    int32Field: 0,
    $unknown: [{ no: 3 }],
  });
  // An unknown value of a closed enum: lost beside another unknown field, or kept in a list.
  expect(messageOf(proto2.ChoicesCodec, 8, 9, 80, 1).$unknown).toHaveLength(2);
  expect(messageOf(proto2.ChoicesCodec, 16, 9)).toMatchObject({ expanded: [], $unknown: [{ no: 2 }] });
});

function messageOf<T>(codec: MessageCodec<T, never>, ...octets: number[]): T {
  const { value, error } = readPoisoned(Uint8Array.from(octets), (reader, end) => codec.decode(reader, end));
  if (error !== undefined) throw new Error(error);
  return value as T;
}

function bytesOf<I>(codec: MessageCodec<unknown, I>, message: I): number[] {
  return [...toBytes(codec, message)];
}

function length(octets: readonly number[]): number[] {
  return octets.length < 128 ? [octets.length] : [(octets.length & 127) | 128, octets.length >>> 7];
}
