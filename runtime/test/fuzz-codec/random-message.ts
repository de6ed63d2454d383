// SPDX-License-Identifier: Apache-2.0
import {
  create,
  type DescExtension,
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type Message,
  ScalarType,
  setExtension,
} from "@bufbuild/protobuf";
import { isWrapperDesc, ValueSchema } from "@bufbuild/protobuf/wkt";
import type { Random } from "../support/random.js";

const maxDepth = 4;
const int32s = [0, 1, -1, 127, 128, 16_383, 16_384, 2 ** 28, 2 ** 31 - 1, -(2 ** 31)];
const floats = [0, -0, 1, -1.5, 0.1, 3.4028234663852886e38, 1e-45, Number.NaN, Infinity, -Infinity];
const doubles = [...floats, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53 + 2];
const int64s = [0n, 1n, -1n, 127n, 128n, 2n ** 31n, 2n ** 32n, -(2n ** 32n), 2n ** 63n - 1n, -(2n ** 63n)];
// Text of each UTF-8 width; __proto__ because maps are objects; a lone surrogate is written as U+FFFD.
const texts = [
  "",
  "a",
  "key",
  "__proto__",
  "constructor",
  "é",
  "日本語",
  "🙂 and more",
  "\ud800",
  "\0",
  "\ufeffBOM",
  "\ufffd",
];
const lengths = [1, 7, 19, 20, 24, 25, 40, 47, 48, 63, 64, 127, 128, 129, 200, 300];

/** Any valid message of a type, built as users build them: what protobuf-es's `create` gives, with fields set. */
export function randomMessage(
  schema: DescMessage,
  random: Random,
  extensions: ReadonlyMap<string, readonly DescExtension[]>,
  depth = 0,
): Message {
  const message = create(schema);
  const target = message as unknown as Record<string, unknown>;
  // Of a type with 140 fields few are set, or no message would be small; now and then all are.
  const some = 6 / (6 + schema.members.length);
  const share = depth === 0 && random.below(24) === 0 ? 1 : random.pick([some / 4, some / 2, some]);
  for (const member of schema.members) {
    const required = member.kind === "field" && isRequired(member);
    if (!required && random.below(1000) >= share * 1000) continue;
    if (member.kind === "oneof") {
      const field = random.pick(member.fields);
      if (depth < maxDepth || field.message === undefined) {
        target[member.localName] = { case: field.localName, value: fieldValue(field, random, extensions, depth) };
      }
    } else if (required || depth < maxDepth || member.message === undefined) {
      target[member.localName] = fieldValue(member, random, extensions, depth);
    }
  }
  for (const extension of extensions.get(schema.typeName) ?? []) {
    if (random.below(8) > 0) continue;
    setExtension(message, extension, extensionValue(extension, random, extensions, depth) as never);
  }
  if (random.below(6) === 0) message.$unknown = [unknownField(schema, random)];
  return message;
}

/** Required here is what fails to encode when unset; a message that requires itself cannot exist. */
function isRequired(field: DescField): boolean {
  const legacyRequired = 3;
  return field.presence === legacyRequired;
}

type Extensions = ReadonlyMap<string, readonly DescExtension[]>;

function fieldValue(field: DescField, random: Random, extensions: Extensions, depth: number): unknown {
  switch (field.fieldKind) {
    case "list":
      return Array.from({ length: random.pick([1, 1, 1, 2, 3, 3, 4, 17]) }, () => {
        if (field.listKind === "message") return messageValue(field, random, extensions, depth + 1);
        return field.listKind === "enum"
          ? enumValue(field.enum, random)
          : scalarValue(field.scalar, random, field.longAsString);
      });
    case "map": {
      const map: Record<string, unknown> = {};
      for (let count = random.pick([1, 1, 2, 5]); count > 0; count--) {
        const key = String(scalarValue(field.mapKey, random, true));
        const value =
          field.mapKind === "message"
            ? messageValue(field, random, extensions, depth + 1)
            : field.mapKind === "enum"
              ? enumValue(field.enum, random)
              : scalarValue(field.scalar, random, false);
        // An own property, whatever the key.
        Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
      }
      return map;
    }
    case "message":
      return messageValue(field, random, extensions, depth + 1);
    case "enum":
      return enumValue(field.enum, random);
    case "scalar":
      return scalarValue(field.scalar, random, field.longAsString);
  }
}

function extensionValue(extension: DescExtension, random: Random, extensions: Extensions, depth: number): unknown {
  return fieldValue(extension as unknown as DescField, random, extensions, depth);
}

/** As protobuf-es holds it: wrappers as their value, Struct as JSON, both only where it does so. */
function messageValue(
  field: DescField & { message: DescMessage },
  random: Random,
  extensions: Extensions,
  depth: number,
): unknown {
  const { message } = field;
  if (message.typeName === "google.protobuf.Struct" && field.parent?.typeName !== "google.protobuf.Value") {
    return jsonObject(random, 0);
  }
  if (isWrapperDesc(message) && field.fieldKind === "message" && field.oneof === undefined) {
    const [value] = message.fields;
    return fieldValue(value, random, extensions, depth);
  }
  if (message.typeName === "google.protobuf.Value") return valueMessage(random, extensions, depth);
  return randomMessage(message, random, extensions, depth);
}

/** A Value with its kind: one without is valid as bytes, but has no JSON. */
function valueMessage(random: Random, extensions: Extensions, depth: number): Message {
  const [kind] = ValueSchema.oneofs;
  const field = random.pick(kind.fields.filter(({ message }) => message === undefined || depth < maxDepth));
  const value = create(ValueSchema);
  value.kind = { case: field.localName, value: fieldValue(field, random, extensions, depth) } as typeof value.kind;
  return value;
}

function jsonObject(random: Random, depth: number): JsonObject {
  const object: JsonObject = {};
  for (let count = random.below(4); count > 0; count--) {
    Object.defineProperty(object, text(random), {
      value: jsonValue(random, depth + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}

function jsonValue(random: Random, depth: number): JsonValue {
  switch (random.below(depth < maxDepth ? 6 : 4)) {
    case 0:
      return null;
    case 1:
      return random.below(2) === 0;
    case 2:
      return random.pick([0, 1, -2.5, 1e300]);
    case 3:
      return text(random);
    case 4:
      return jsonObject(random, depth);
    default:
      return Array.from({ length: random.below(3) }, () => jsonValue(random, depth + 1));
  }
}

function enumValue({ open, values }: { open: boolean; values: readonly { number: number }[] }, random: Random): number {
  if (open && random.below(5) === 0) return random.pick(int32s);
  return random.pick(values).number;
}

function scalarValue(type: ScalarType, random: Random, longAsString: boolean): unknown {
  const long = (value: bigint): bigint | string => (longAsString ? value.toString() : value);
  switch (type) {
    case ScalarType.STRING:
      return text(random);
    case ScalarType.BYTES:
      return random.bytes(random.pick([0, 1, 3, 20, 130]));
    case ScalarType.BOOL:
      return random.below(2) === 0;
    case ScalarType.DOUBLE:
      return random.below(2) === 0 ? random.pick(doubles) : (random.uint32() - 2 ** 31) / 1024;
    case ScalarType.FLOAT:
      return Math.fround(random.below(2) === 0 ? random.pick(floats) : (random.uint32() - 2 ** 31) / 1024);
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return random.below(2) === 0 ? random.pick(int32s) : random.uint32() >> random.below(32);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return random.below(2) === 0 ? random.pick(int32s) >>> 0 : random.uint32() >>> random.below(32);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return long(random.below(2) === 0 ? random.pick(int64s) : BigInt.asIntN(64, wide(random)));
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return long(BigInt.asUintN(64, random.below(2) === 0 ? random.pick(int64s) : wide(random)));
  }
}

const wide = (random: Random): bigint =>
  ((BigInt(random.uint32()) << 32n) | BigInt(random.uint32())) >> BigInt(random.below(64));

function text(random: Random): string {
  if (random.below(6) > 0) return random.pick(texts);
  const length = random.pick(lengths);
  return random.below(2) === 0 ? "abcdefgh".repeat(Math.ceil(length / 8)).slice(0, length) : random.text(length);
}

/** A field of a number that the type does not declare, as a decoder would have kept it. */
function unknownField(schema: DescMessage, random: Random): { no: number; wireType: number; data: Uint8Array } {
  let no = 1 + random.below(3000);
  while (schema.fields.some(({ number }) => number === no)) no++;
  const data = [Uint8Array.of(0x96, 1), new Uint8Array(8), Uint8Array.of(2, 65, 66)];
  const wireType = random.below(3);
  return { no, wireType, data: data[wireType] };
}
