// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import { FieldDescriptorProtoSchema, StructSchema, TypeSchema, ValueSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { type Fact, readInputFacts } from "./input-facts.js";

/** Groups of an unknown field in one another. */
const groups = (levels: number): number[] => [
  ...new Array(levels).fill([0xa3, 0x06]).flat(),
  ...new Array(levels).fill([0xa4, 0x06]).flat(),
];

const table: readonly [why: string, schema: DescMessage, input: readonly number[], facts: readonly Fact[]][] = [
  ["a whole message has nothing notable", TypeSchema, [0x0a, 0x01, 0x61], []],
  ["text as a varint", TypeSchema, [0x08, 0x01], ["wrongWireType"]],
  ["a tag cut short", TypeSchema, [0x8a], ["malformed"]],
  ["field 0", TypeSchema, [0x00, 0x00], ["malformed"]],
  ["field 0 in an unknown group", TypeSchema, [0xa3, 0x06, 0x00], ["fieldZeroAmongUnknown", "malformed"]],
  ["the end of a group that is not open", TypeSchema, [0xa4, 0x06], ["malformed"]],
  ["an unknown group that ends", TypeSchema, [0xa3, 0x06, 0xa4, 0x06], []],
  ["a child that reads on behind its end", TypeSchema, [0x12, 0x02, 0x22, 0x01, 0x61], ["overrun", "malformed"]],
  ["a length of 2^32", TypeSchema, [0x0a, 0x80, 0x80, 0x80, 0x80, 0x10], ["longLength", "malformed"]],
  ["a tag of one byte too many", TypeSchema, [0x8a, 0x00, 0x00], ["longTag"]],
  ["text that is no UTF-8 in proto3", TypeSchema, [0x0a, 0x01, 0xff], ["malformed"]],
  ["text that is no UTF-8 in proto2", FieldDescriptorProtoSchema, [0x0a, 0x01, 0xff], ["uncheckedText"]],
  ["an unknown value of a closed enum", FieldDescriptorProtoSchema, [0x20, 0x63], ["unknownClosedEnum"]],
  ["the same in two bytes", FieldDescriptorProtoSchema, [0x20, 0xe3, 0x00], ["unknownClosedEnum", "looseUnknownEnum"]],
  ["99 groups in one another", TypeSchema, groups(99), []],
  ["100 groups in one another", TypeSchema, groups(100), ["deep"]],
  ["101 groups in one another", TypeSchema, groups(101), ["deep", "malformed"]],
  ["a Struct of its own is a message: its entry may lack the value", StructSchema, [0x0a, 0x03, 0x0a, 0x01, 0x61], []],
  ["a field that an entry does not have", StructSchema, [0x0a, 0x02, 0x18, 0x01], ["unknownFieldInMapEntry"]],
  ["a signalling NaN", ValueSchema, [0x11, 1, 0, 0, 0, 0, 0, 0xf0, 0x7f], ["signallingNaN"]],
  ["a quiet NaN", ValueSchema, [0x11, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f], []],
];

for (const [why, schema, input, facts] of table) {
  test(`${why}: ${facts.join(", ") || "no fact"}`, () => {
    expect(readInputFacts(schema, Uint8Array.from(input)).facts).toEqual(new Set(facts));
  });
}
