// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/performance/noDynamicNamespaceImportAccess: the functions are called by the names of the types
// Every scalar type that may be packed: how we write and read it, how protobuf-es does, and values worth trying.
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import * as packedReaders from "../../src/wire/read-packed.js";
import type { Reader } from "../../src/wire/reader.js";
import * as packedWriters from "../../src/wire/write-packed.js";
import * as writers from "../../src/wire/write-scalar.js";
import type { Random } from "./random.js";

type Value = number | bigint | boolean;

/** One scalar type. */
export interface Scalar {
  readonly name: string;
  readonly wireType: number;
  readonly edges: readonly Value[];
  readonly random: (random: Random) => Value;
  readonly write: Write<Value>;
  readonly writePacked: Write<Value[]>;
  readonly read: (reader: Reader) => Value;
  readonly readPacked: (reader: Reader, list: Value[]) => Value[];
  /** The bytes of the value alone by protobuf-es. */
  readonly reference: (value: Value) => Uint8Array;
}

type Write<T> = (buffer: Uint8Array, position: number, tag: number, value: T, field: string) => number;
type Method = Exclude<keyof BinaryWriter & keyof Reader, "tag" | "string" | "bytes">;

const signed32 = [
  0,
  1,
  -1,
  63,
  64,
  -64,
  -65,
  127,
  128,
  8191,
  8192,
  2 ** 21,
  2 ** 28 - 1,
  2 ** 28,
  2 ** 31 - 1,
  -(2 ** 31),
];
const unsigned32 = [0, 1, 127, 128, 16_383, 16_384, 2 ** 21 - 1, 2 ** 21, 2 ** 28 - 1, 2 ** 28, 2 ** 31, 2 ** 32 - 1];
const signed64 = [
  0n,
  -0x8000_0000_0000_0000n,
  0x7fff_ffff_ffff_ffffn,
  ...powers(63),
  ...powers(63).map((power) => -power),
];
const unsigned64 = [0n, 0xffff_ffff_ffff_ffffn, ...powers(64), ...powers(64).map((power) => power - 1n)];
const floats = [
  0,
  -0,
  1,
  -1.5,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1.401298464324817e-45,
  NaN,
  Infinity,
  -Infinity,
];
const doubles = [...floats, Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE, 0.1, 2 ** 53 + 2];

const uint32 = (random: Random) => random.uint32() >>> random.below(32);
const int32 = (random: Random) => (random.uint32() | 0) >> random.below(32);
const wide = (random: Random) => (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
const uint64 = (random: Random) => wide(random) >> BigInt(random.below(64));
const int64 = (random: Random) => BigInt.asIntN(64, wide(random)) >> BigInt(random.below(64));
const double = (random: Random) => new Float64Array(new BigUint64Array([wide(random)]).buffer)[0] as number;
const float = (random: Random) => new Float32Array(new Uint32Array([random.uint32()]).buffer)[0] as number;

/** All thirteen of them. */
export const packableScalars: readonly Scalar[] = [
  scalar("Bool", "bool", 0, [true, false], (random) => random.below(2) === 0),
  scalar("Int32", "int32", 0, signed32, int32),
  scalar("Uint32", "uint32", 0, unsigned32, uint32),
  scalar("Sint32", "sint32", 0, signed32, int32),
  scalar("Int64", "int64", 0, signed64, int64),
  scalar("Uint64", "uint64", 0, unsigned64, uint64),
  scalar("Sint64", "sint64", 0, signed64, int64),
  scalar("Fixed32", "fixed32", 5, unsigned32, uint32),
  scalar("Sfixed32", "sfixed32", 5, signed32, int32),
  scalar("Fixed64", "fixed64", 1, unsigned64, uint64),
  scalar("Sfixed64", "sfixed64", 1, signed64, int64),
  scalar("Float", "float", 5, floats, float),
  scalar("Double", "double", 1, doubles, double),
];

/** The edges of a type, and random values of every width. */
export function valuesOf({ edges, random }: Scalar, source: Random, count: number): Value[] {
  return [...edges, ...Array.from({ length: count }, () => random(source))];
}

type Suffix = "Bool" | "Int32" | "Uint32" | "Sint32" | "Int64" | "Uint64" | "Sint64" | "Fixed32" | "Sfixed32";
type AnySuffix = Suffix | "Fixed64" | "Sfixed64" | "Float" | "Double";

function scalar(
  suffix: AnySuffix,
  method: Method,
  wireType: number,
  edges: readonly Value[],
  random: Scalar["random"],
): Scalar {
  return {
    name: method,
    wireType,
    edges,
    random,
    write: writers[`write${suffix}`] as unknown as Scalar["write"],
    writePacked: packedWriters[`writePacked${suffix}`] as unknown as Scalar["writePacked"],
    read: (reader) => reader[method](),
    readPacked: packedReaders[`readPacked${suffix}`] as unknown as Scalar["readPacked"],
    reference: (value) =>
      (new BinaryWriter() as unknown as Record<Method, (v: Value) => BinaryWriter>)[method](value).finish(),
  };
}

function powers(bits: number): bigint[] {
  return Array.from({ length: bits }, (_, bit) => 1n << BigInt(bit));
}
