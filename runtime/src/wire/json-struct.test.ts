// SPDX-License-Identifier: Apache-2.0
import { fromBinary, fromJson, type JsonObject, toBinary, toJson } from "@bufbuild/protobuf";
import { StructSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { expectNoOverrun, readPoisoned, written } from "../../test/support/poison.js";
import { decodeJsonObject, encodeJsonObject } from "./json-struct.js";

const objects: readonly JsonObject[] = [
  {},
  { null: null, no: false, yes: true, zero: 0, minus: -0, number: 1.5, empty: "", text: "grüße 🙂" },
  { list: [], object: {}, deep: [[[null]], { a: { b: { c: [1, "2", false] } } }] },
  { "": 1, constructor: "c", toString: 1, "key ü": [null, null] },
  { long: "x".repeat(300), list: Array.from({ length: 40 }, (_, i) => ({ i, text: "y".repeat(i) })) },
];
const encoded = (object: JsonObject) => written((buffer, at) => encodeJsonObject(buffer, object, at), 3, 20_000);
const decoded = (bytes: Uint8Array, into?: JsonObject) =>
  readPoisoned(bytes, (reader, end) => decodeJsonObject(reader, end, into === undefined ? undefined : { ...into }));

describe.each(objects)("%j", (object) => {
  const bytes = encoded(object);

  test("is what protobuf-es writes, and is read back", () => {
    expect(bytes).toEqual(toBinary(StructSchema, fromJson(StructSchema, object)));
    expect(decoded(bytes)).toEqual({ value: object });
    expect(toJson(StructSchema, fromBinary(StructSchema, bytes))).toEqual(object);
  });

  test("in a buffer too small overflows, and nothing is written past its end", () => {
    if (bytes.length < 1000) expectNoOverrun((buffer, at) => encodeJsonObject(buffer, object, at), bytes);
  });

  test("cut at every offset is an error or a smaller object", () => {
    for (let end = 0; end < Math.min(bytes.length, 300); end++) {
      const { value, error } = decoded(bytes.subarray(0, end));
      if (value !== undefined) expect(Object.keys(value).length).toBeLessThan(Object.keys(object).length);
      else expect(error).toMatch(/at byte \d+$/);
    }
  });
});

test("__proto__ is a key like any other", () => {
  const object = JSON.parse('{"__proto__": {"polluted": true}}') as JsonObject;
  const { value } = decoded(encoded(object));
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true}}');
});

test("fields of an entry come in any order, repeated, among unknown ones; the last counts", () => {
  // value true, unknown field 9, key "a", value false, key "b"
  expect(decoded(Uint8Array.of(10, 16, 18, 2, 32, 1, 72, 5, 10, 1, 97, 18, 2, 32, 0, 10, 1, 98))).toEqual({
    value: { b: false },
  });
});

test("an entry without value, and a value without kind, are null", () => {
  expect(decoded(Uint8Array.of(10, 3, 10, 1, 97, 10, 5, 10, 1, 98, 18, 0))).toEqual({ value: { a: null, b: null } });
});

test("an object is merged into what is there", () => {
  expect(decoded(encoded({ b: 2, c: 3 }), { a: 1, b: 1 })).toEqual({ value: { a: 1, b: 2, c: 3 } });
});

test("nesting is bounded: 100 messages", () => {
  const nested = (lists: number) => {
    let value: JsonObject[string] = 1;
    for (let i = 0; i < lists; i++) value = [value];
    return encoded({ a: value });
  };
  // A value and its list, for each list, and the innermost value.
  expect(decoded(nested(49)).error).toBeUndefined();
  expect(decoded(nested(50)).error).toMatch("a message nested more than 100 deep");
});

test("what JSON has no form for is refused", () => {
  const encode = (value: unknown) => () => encodeJsonObject(new Uint8Array(300), value as JsonObject, 0);
  expect(encode([1])).toThrow("google.protobuf.Struct: expected a JSON object, got an array of 1");
  expect(encode(null)).toThrow("google.protobuf.Struct: expected a JSON object, got null");
  expect(encode("x")).toThrow('google.protobuf.Struct: expected a JSON object, got "x"');
  expect(encode({ a: 5n })).toThrow("google.protobuf.Value: expected a JSON value, got 5n");
  expect(encode({ a: [() => 1] })).toThrow("google.protobuf.Value: expected a JSON value, got a function");
});
