// SPDX-License-Identifier: Apache-2.0
// One field each: its tag and its value. All make sure of their room first; none writes past the end of the buffer.
import { bufferOverflow } from "./buffer-overflow.js";
import {
  doubleCell,
  floatCell,
  halves,
  int32From,
  int64From,
  octets,
  signedCell,
  uint32From,
  uint64From,
  unsignedCell,
} from "./integer.js";
import { maxTaggedVarintBytes, putInt32, putTag, putVarint32, putVarint64 } from "./varint.js";
import { wrongValue } from "./wrong-value.js";

/** What a 64-bit field may be given: a bigint, or a number or text for one. */
export type Int64Input = bigint | number | string;

export function writeBool(buffer: Uint8Array, position: number, tag: number, value: boolean, field: string): number {
  reserve(buffer, position);
  if (value !== true && value !== false) throw wrongValue(field, "a boolean", value);
  position = putTag(buffer, position, tag);
  buffer[position] = value ? 1 : 0;
  return position + 1;
}

/** Also for enums. */
export function writeInt32(buffer: Uint8Array, position: number, tag: number, value: number, field: string): number {
  reserve(buffer, position);
  if (typeof value !== "number" || (value | 0) !== value) value = int32From(value, field);
  return putInt32(buffer, putTag(buffer, position, tag), value);
}

export function writeUint32(buffer: Uint8Array, position: number, tag: number, value: number, field: string): number {
  reserve(buffer, position);
  if (typeof value !== "number" || value >>> 0 !== value) value = uint32From(value, field);
  return putVarint32(buffer, putTag(buffer, position, tag), value);
}

export function writeSint32(buffer: Uint8Array, position: number, tag: number, value: number, field: string): number {
  reserve(buffer, position);
  if (typeof value !== "number" || (value | 0) !== value) value = int32From(value, field);
  return putVarint32(buffer, putTag(buffer, position, tag), ((value << 1) ^ (value >> 31)) >>> 0);
}

export function writeFixed32(buffer: Uint8Array, position: number, tag: number, value: number, field: string): number {
  reserve(buffer, position);
  if (typeof value !== "number" || value >>> 0 !== value) value = uint32From(value, field);
  return put32(buffer, putTag(buffer, position, tag), value);
}

export function writeSfixed32(buffer: Uint8Array, position: number, tag: number, value: number, field: string): number {
  reserve(buffer, position);
  if (typeof value !== "number" || (value | 0) !== value) value = int32From(value, field);
  return put32(buffer, putTag(buffer, position, tag), value);
}

export function writeInt64(
  buffer: Uint8Array,
  position: number,
  tag: number,
  value: Int64Input,
  field: string,
): number {
  reserve(buffer, position);
  signedCell[0] = signed(value, field);
  return putVarint64(buffer, putTag(buffer, position, tag), halves[0], halves[1]);
}

export function writeUint64(
  buffer: Uint8Array,
  position: number,
  tag: number,
  value: Int64Input,
  field: string,
): number {
  reserve(buffer, position);
  unsignedCell[0] = unsigned(value, field);
  return putVarint64(buffer, putTag(buffer, position, tag), halves[0], halves[1]);
}

export function writeSint64(
  buffer: Uint8Array,
  position: number,
  tag: number,
  value: Int64Input,
  field: string,
): number {
  reserve(buffer, position);
  signedCell[0] = signed(value, field);
  return putZigzag64(buffer, putTag(buffer, position, tag));
}

export function writeFixed64(
  buffer: Uint8Array,
  position: number,
  tag: number,
  value: Int64Input,
  field: string,
): number {
  reserve(buffer, position);
  unsignedCell[0] = unsigned(value, field);
  return put64(buffer, putTag(buffer, position, tag));
}

export function writeSfixed64(
  buffer: Uint8Array,
  position: number,
  tag: number,
  value: Int64Input,
  field: string,
): number {
  reserve(buffer, position);
  signedCell[0] = signed(value, field);
  return put64(buffer, putTag(buffer, position, tag));
}

export function writeDouble(buffer: Uint8Array, position: number, tag: number, value: number, field: string): number {
  reserve(buffer, position);
  doubleCell[0] = typeof value === "number" ? value : doubleFrom(value, field);
  return put64(buffer, putTag(buffer, position, tag));
}

export function writeFloat(buffer: Uint8Array, position: number, tag: number, value: number, field: string): number {
  reserve(buffer, position);
  floatCell[0] = floatFrom(value, field);
  return put32(buffer, putTag(buffer, position, tag), halves[0]);
}

/** A bigint in the range of int64. */
export function signed(value: Int64Input, field: string): bigint {
  return typeof value === "bigint" && BigInt.asIntN(64, value) === value ? value : int64From(value, field);
}

/** A bigint in the range of uint64. */
export function unsigned(value: Int64Input, field: string): bigint {
  return typeof value === "bigint" && BigInt.asUintN(64, value) === value ? value : uint64From(value, field);
}

/** A double given as text; anything else is a TypeError. */
export function doubleFrom(value: unknown, field: string): number {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  if (typeof number !== "number" || (Number.isNaN(number) && typeof value === "string" && value !== "NaN")) {
    throw wrongValue(field, "a number", value);
  }
  return number;
}

/** A number that a float can hold, at its precision: only a finite one that would become infinite is refused. */
export function floatFrom(value: unknown, field: string): number {
  const number = typeof value === "number" ? value : doubleFrom(value, field);
  if (!Number.isFinite(Math.fround(number)) && Number.isFinite(number)) {
    throw wrongValue(field, "a float (up to ±3.4028234663852886e38)", value);
  }
  return number;
}

/** Writes the 64 bits of the shared cell, zigzagged. The caller has made room. */
export function putZigzag64(buffer: Uint8Array, position: number): number {
  const low = halves[0];
  const high = halves[1];
  const sign = high >> 31;
  return putVarint64(buffer, position, ((low << 1) ^ sign) >>> 0, (((high << 1) | (low >>> 31)) ^ sign) >>> 0);
}

function put32(buffer: Uint8Array, position: number, value: number): number {
  buffer[position] = value;
  buffer[position + 1] = value >>> 8;
  buffer[position + 2] = value >>> 16;
  buffer[position + 3] = value >>> 24;
  return position + 4;
}

function put64(buffer: Uint8Array, position: number): number {
  buffer[position] = octets[0];
  buffer[position + 1] = octets[1];
  buffer[position + 2] = octets[2];
  buffer[position + 3] = octets[3];
  buffer[position + 4] = octets[4];
  buffer[position + 5] = octets[5];
  buffer[position + 6] = octets[6];
  buffer[position + 7] = octets[7];
  return position + 8;
}

function reserve(buffer: Uint8Array, position: number): void {
  if (position + maxTaggedVarintBytes > buffer.length) throw bufferOverflow(position + maxTaggedVarintBytes);
}
