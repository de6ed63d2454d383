// SPDX-License-Identifier: Apache-2.0
// What an encoder refuses, and in which words; and what it takes beside complete messages.
import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { toBytes } from "../../runtime/src/rpc/bytes.js";
import * as editions from "../../testdata/golden/default/petrel/test/editions2023_pb.js";
import * as maps from "../../testdata/golden/default/petrel/test/maps_pb.js";
import * as nesting from "../../testdata/golden/default/petrel/test/nesting_pb.js";
import * as oneofs from "../../testdata/golden/default/petrel/test/oneofs_pb.js";
import * as proto2 from "../../testdata/golden/default/petrel/test/proto2_pb.js";
import * as scalars from "../../testdata/golden/default/petrel/test/scalars_pb.js";
import * as wellKnown from "../../testdata/golden/default/petrel/test/well_known_pb.js";

const int32 = "expected an int32 (-2147483648 to 2147483647), got";
const encodeScalars = (init: object) => () => toBytes(scalars.ScalarsCodec, init as scalars.ScalarsInit);
const encodeRepeated = (init: object) => () =>
  toBytes(scalars.RepeatedScalarsCodec, init as scalars.RepeatedScalarsInit);
const encodeMaps = (init: object) => () => toBytes(maps.MapsCodec, init as maps.MapsInit);
const encodeOneofs = (value: object) => () => toBytes(oneofs.OneofsCodec, { value } as oneofs.OneofsInit);
const encodeNode = (init: object) => () => toBytes(nesting.NodeCodec, init as nesting.NodeInit);
const encodeWellKnown = (init: object) => () => toBytes(wellKnown.WellKnownCodec, init as wellKnown.WellKnownInit);

describe("what a field cannot hold is refused by message, field, range and value", () => {
  test.each([
    [encodeScalars({ int32Field: 3_000_000_000 }), `petrel.test.Scalars.int32_field: ${int32} 3000000000`],
    [encodeScalars({ int32Field: 1n }), `petrel.test.Scalars.int32_field: ${int32} 1n`],
    [
      encodeScalars({ uint32Field: -1 }),
      "petrel.test.Scalars.uint32_field: expected a uint32 (0 to 4294967295), got -1",
    ],
    [
      encodeScalars({ uint64Field: -1n }),
      "petrel.test.Scalars.uint64_field: expected a uint64 (0 to 18446744073709551615), got -1n",
    ],
    [
      encodeScalars({ int64AsString: "1.5" }),
      'petrel.test.Scalars.int64_as_string: expected an int64 (-9223372036854775808 to 9223372036854775807), got "1.5"',
    ],
    [encodeScalars({ boolField: 1 }), "petrel.test.Scalars.bool_field: expected a boolean, got 1"],
    [encodeScalars({ stringField: 5 }), "petrel.test.Scalars.string_field: expected a string, got 5"],
    [encodeScalars({ bytesField: "abc" }), 'petrel.test.Scalars.bytes_field: expected a Uint8Array, got "abc"'],
    [encodeScalars({ doubleField: "x" }), 'petrel.test.Scalars.double_field: expected a number, got "x"'],
    [encodeScalars({ renamed: {} }), "petrel.test.Scalars.renamed: expected a string, got an object (Object)"],
    [encodeRepeated({ packedField: [1, 2.5] }), `petrel.test.RepeatedScalars.packed_field: ${int32} 2.5`],
    [
      encodeRepeated({ packedField: new Set([1]) }),
      "petrel.test.RepeatedScalars.packed_field: expected an array, got ",
    ],
    [encodeRepeated({ unpackedField: [null] }), `petrel.test.RepeatedScalars.unpacked_field: ${int32} null`],
    [encodeRepeated({ stringField: ["a", undefined] }), "petrel.test.RepeatedScalars.string_field: expected a string"],
    [encodeRepeated({ messageField: [{}, null] }), "petrel.test.Scalars: expected a message, got null"],
    [encodeMaps({ byInt32: { x: "v" } }), 'petrel.test.Maps.by_int32 key: expected an integer, got "x"'],
    [encodeMaps({ byInt32: { 3000000000: "v" } }), `petrel.test.Maps.by_int32: ${int32} 3000000000`],
    [encodeMaps({ byBool: { yes: "v" } }), 'petrel.test.Maps.by_bool key: expected "true" or "false", got "yes"'],
    [encodeMaps({ byInt64: { "": "v" } }), "petrel.test.Maps.by_int64: expected an int64"],
    [encodeMaps({ toDouble: { k: "x" } }), 'petrel.test.Maps.to_double: expected a number, got "x"'],
    [encodeMaps({ toEnum: { k: 1.5 } }), `petrel.test.Maps.to_enum: ${int32} 1.5`],
    [encodeMaps({ toMessage: { k: undefined } }), "petrel.test.Scalars: expected a message, got undefined"],
    [encodeOneofs({ case: "level", value: "HIGH" }), `petrel.test.Oneofs.level: ${int32} "HIGH"`],
    [encodeOneofs({ case: "text", value: undefined }), "petrel.test.Oneofs.text: expected a string, got undefined"],
    [encodeOneofs({ case: "nested", value: undefined }), "petrel.test.Oneofs: expected a message, got undefined"],
    [encodeNode({ parent: { name: 5 } }), "petrel.test.Node.name: expected a string, got 5"],
    [encodeNode({ parent: oneofs.createOneofs() }), "petrel.test.Node: expected a message, got a petrel.test.Oneofs"],
    [encodeNode({ children: [[]] }), "petrel.test.Node: expected a message, got an array of 0"],
    [encodeNode({ inner: "i" }), 'petrel.test.Node.Inner: expected a message, got "i"'],
    [encodeWellKnown({ int64Value: "x" }), "petrel.test.WellKnown.int64_value: expected an int64"],
    [encodeWellKnown({ struct: [1] }), "google.protobuf.Struct: expected a JSON object, got an array of 1"],
    [encodeWellKnown({ duration: { nanos: 2 ** 31 } }), `google.protobuf.Duration.nanos: ${int32} 2147483648`],
  ])("%#: %s", (encode, sentence) => {
    expect(encode).toThrow(TypeError);
    expect(encode).toThrow(sentence);
  });

  test("an undefined message, and one of another type", () => {
    expect(() => toBytes(scalars.ScalarsCodec, undefined as never)).toThrow(
      new TypeError("petrel.test.Scalars: expected a message, got undefined"),
    );
    expect(() => toBytes(scalars.ScalarsCodec, scalars.createEmpty() as never)).toThrow(
      new TypeError("petrel.test.Scalars: expected a message, got a petrel.test.Empty"),
    );
  });

  test("a required field that is missing, in a nested message too", () => {
    expect(() => toBytes(proto2.PresenceCodec, {})).toThrow(
      new TypeError("petrel.test.proto2.Presence.required_string: required, but not set"),
    );
    expect(() => toBytes(proto2.PresenceCodec, proto2.createPresence({ requiredString: "" }))).toThrow(
      "petrel.test.proto2.Presence.required_message: required, but not set",
    );
    expect(() => toBytes(editions.ExplicitCodec, { required: "r", delimited: {} })).toThrow(
      "petrel.test.editions2023.Explicit.required: required, but not set",
    );
  });

  test("and the next message is none the worse", () => {
    expect(encodeScalars({ stringField: "left behind", int32Field: 0.5 })).toThrow(TypeError);
    expect(toBytes(scalars.ScalarsCodec, { boolField: true })).toEqual(Uint8Array.of(104, 1));
  });
});

describe("an init is written as the message made of it", () => {
  test("with nulls and undefined left out", () => {
    const init = { doubleField: null, int64Field: undefined, stringField: null, bytesField: null, int32Field: 1 };
    expect(encodeScalars(init)()).toEqual(Uint8Array.of(24, 1));
    expect(encodeRepeated({ stringField: null, packedField: null, messageField: undefined })().length).toBe(0);
    expect(encodeMaps({ byInt32: null, toMessage: undefined })().length).toBe(0);
    expect(toBytes(oneofs.OneofsCodec, { value: null, secondChoice: undefined } as never).length).toBe(0);
    expect(encodeWellKnown({ timestamp: null, int64Value: undefined, struct: null })().length).toBe(0);
    expect(toBytes(scalars.OptionalScalarsCodec, { stringField: null, boolField: undefined } as never).length).toBe(0);
  });

  test("nested, in lists, maps and oneofs", () => {
    const init = { children: [{ name: "a", inner: { deeper: { back: { name: "b" } } } }], parent: {} };
    expect(toBytes(nesting.NodeCodec, init)).toEqual(toBinary(nesting.NodeSchema, create(nesting.NodeSchema, init)));
  });

  test("with presence: what is set is written though it is the default", () => {
    const init = { doubleField: 0, int64Field: 0n, boolField: false, stringField: "", bytesField: new Uint8Array(0) };
    const expected = toBinary(scalars.OptionalScalarsSchema, create(scalars.OptionalScalarsSchema, init));
    expect(expected.length).toBeGreaterThan(0);
    expect(toBytes(scalars.OptionalScalarsCodec, init)).toEqual(expected);
    expect(toBytes(proto2.ChoicesCodec, { choice: proto2.Choice.FIRST })).toEqual(Uint8Array.of(8, 1));
    expect(toBytes(editions.ImplicitCodec, { name: "" }).length).toBe(0);
  });

  test("a default read from the prototype is not written", () => {
    const { boolDefault, withDefault } = proto2.createPresence();
    expect([boolDefault, withDefault.length > 0]).toEqual([true, true]);
    expect(toBytes(proto2.ChoicesCodec, proto2.createChoices()).length).toBe(0);
  });

  test("a polluted prototype of Object adds no entry to a map", () => {
    const init = { byString: { own: "" } };
    Object.defineProperty(Object.prototype, "polluted", { value: "x", enumerable: true, configurable: true });
    let bytes: Uint8Array;
    try {
      bytes = toBytes(maps.MapsCodec, init);
    } finally {
      delete (Object.prototype as { polluted?: string }).polluted;
    }
    expect(bytes).toEqual(toBytes(maps.MapsCodec, init));
  });
});
