// SPDX-License-Identifier: Apache-2.0
// Packed lists: one tag and one length for all elements. Nothing is written for an empty list.
import { bufferOverflow } from "./buffer-overflow.js";
import { halves, int32From, signedCell, uint32From, unsignedCell } from "./integer.js";
import { putInt32, putTag, putVarint32, putVarint64, varint32Bytes } from "./varint.js";
import { doubleFrom, floatFrom, type Int64Input, putZigzag64, signed, unsigned } from "./write-scalar.js";
import { wrongValue } from "./wrong-value.js";

const maxHeadBytes = 10;
const maxVarintBytes = 10;

export function writePackedBool(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly boolean[],
  field: string,
): number {
  if (list.length === 0) return position;
  let at = putHead(buffer, position, tag, list.length, list, field);
  for (let i = 0; i < list.length; i++) {
    const value = list[i];
    if (value !== true && value !== false) throw wrongValue(field, "a boolean", value);
    buffer[at++] = value ? 1 : 0;
  }
  return at;
}

/** Also for enums. */
export function writePackedInt32(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly number[],
  field: string,
): number {
  if (list.length === 0) return position;
  const start = beginVarints(buffer, position, tag, list, field);
  let at = start;
  for (let i = 0; i < list.length; i++) {
    if (at + maxVarintBytes > buffer.length) throw bufferOverflow(at + maxVarintBytes);
    let value = list[i];
    if (typeof value !== "number" || (value | 0) !== value) value = int32From(value, field);
    at = putInt32(buffer, at, value);
  }
  return endVarints(buffer, start, at, list.length);
}

export function writePackedUint32(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly number[],
  field: string,
): number {
  if (list.length === 0) return position;
  const start = beginVarints(buffer, position, tag, list, field);
  let at = start;
  for (let i = 0; i < list.length; i++) {
    if (at + maxVarintBytes > buffer.length) throw bufferOverflow(at + maxVarintBytes);
    let value = list[i];
    if (typeof value !== "number" || value >>> 0 !== value) value = uint32From(value, field);
    at = putVarint32(buffer, at, value);
  }
  return endVarints(buffer, start, at, list.length);
}

export function writePackedSint32(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly number[],
  field: string,
): number {
  if (list.length === 0) return position;
  const start = beginVarints(buffer, position, tag, list, field);
  let at = start;
  for (let i = 0; i < list.length; i++) {
    if (at + maxVarintBytes > buffer.length) throw bufferOverflow(at + maxVarintBytes);
    let value = list[i];
    if (typeof value !== "number" || (value | 0) !== value) value = int32From(value, field);
    at = putVarint32(buffer, at, ((value << 1) ^ (value >> 31)) >>> 0);
  }
  return endVarints(buffer, start, at, list.length);
}

export function writePackedInt64(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly Int64Input[],
  field: string,
): number {
  if (list.length === 0) return position;
  const start = beginVarints(buffer, position, tag, list, field);
  let at = start;
  for (let i = 0; i < list.length; i++) {
    if (at + maxVarintBytes > buffer.length) throw bufferOverflow(at + maxVarintBytes);
    signedCell[0] = signed(list[i], field);
    at = putVarint64(buffer, at, halves[0], halves[1]);
  }
  return endVarints(buffer, start, at, list.length);
}

export function writePackedUint64(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly Int64Input[],
  field: string,
): number {
  if (list.length === 0) return position;
  const start = beginVarints(buffer, position, tag, list, field);
  let at = start;
  for (let i = 0; i < list.length; i++) {
    if (at + maxVarintBytes > buffer.length) throw bufferOverflow(at + maxVarintBytes);
    unsignedCell[0] = unsigned(list[i], field);
    at = putVarint64(buffer, at, halves[0], halves[1]);
  }
  return endVarints(buffer, start, at, list.length);
}

export function writePackedSint64(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly Int64Input[],
  field: string,
): number {
  if (list.length === 0) return position;
  const start = beginVarints(buffer, position, tag, list, field);
  let at = start;
  for (let i = 0; i < list.length; i++) {
    if (at + maxVarintBytes > buffer.length) throw bufferOverflow(at + maxVarintBytes);
    signedCell[0] = signed(list[i], field);
    at = putZigzag64(buffer, at);
  }
  return endVarints(buffer, start, at, list.length);
}

export function writePackedFixed32(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly number[],
  field: string,
): number {
  const { length } = list;
  if (length === 0) return position;
  const start = putHead(buffer, position, tag, length * 4, list, field);
  const view = new DataView(buffer.buffer, buffer.byteOffset + start, length * 4);
  for (let i = 0; i < length; i++) {
    const value = list[i];
    view.setUint32(i * 4, typeof value === "number" && value >>> 0 === value ? value : uint32From(value, field), true);
  }
  return start + length * 4;
}

export function writePackedSfixed32(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly number[],
  field: string,
): number {
  const { length } = list;
  if (length === 0) return position;
  const start = putHead(buffer, position, tag, length * 4, list, field);
  const view = new DataView(buffer.buffer, buffer.byteOffset + start, length * 4);
  for (let i = 0; i < length; i++) {
    const value = list[i];
    view.setInt32(i * 4, typeof value === "number" && (value | 0) === value ? value : int32From(value, field), true);
  }
  return start + length * 4;
}

export function writePackedFixed64(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly Int64Input[],
  field: string,
): number {
  const { length } = list;
  if (length === 0) return position;
  const start = putHead(buffer, position, tag, length * 8, list, field);
  const view = new DataView(buffer.buffer, buffer.byteOffset + start, length * 8);
  for (let i = 0; i < length; i++) {
    const value = list[i];
    view.setBigUint64(i * 8, unsigned(value, field), true);
  }
  return start + length * 8;
}

export function writePackedSfixed64(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly Int64Input[],
  field: string,
): number {
  const { length } = list;
  if (length === 0) return position;
  const start = putHead(buffer, position, tag, length * 8, list, field);
  const view = new DataView(buffer.buffer, buffer.byteOffset + start, length * 8);
  for (let i = 0; i < length; i++) {
    const value = list[i];
    view.setBigInt64(i * 8, signed(value, field), true);
  }
  return start + length * 8;
}

export function writePackedFloat(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly number[],
  field: string,
): number {
  const { length } = list;
  if (length === 0) return position;
  const start = putHead(buffer, position, tag, length * 4, list, field);
  const view = new DataView(buffer.buffer, buffer.byteOffset + start, length * 4);
  for (let i = 0; i < length; i++) {
    const value = list[i];
    view.setFloat32(i * 4, floatFrom(value, field), true);
  }
  return start + length * 4;
}

export function writePackedDouble(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly number[],
  field: string,
): number {
  const { length } = list;
  if (length === 0) return position;
  const start = putHead(buffer, position, tag, length * 8, list, field);
  const view = new DataView(buffer.buffer, buffer.byteOffset + start, length * 8);
  for (let i = 0; i < length; i++) {
    const value = list[i];
    view.setFloat64(i * 8, typeof value === "number" ? value : doubleFrom(value, field), true);
  }
  return start + length * 8;
}

// Tag and length of content whose size is known.
function putHead(
  buffer: Uint8Array,
  position: number,
  tag: number,
  length: number,
  list: readonly unknown[],
  field: string,
): number {
  const most = position + maxHeadBytes + length;
  if (!(most <= buffer.length)) throw noRoom(most, list, field);
  return putVarint32(buffer, putTag(buffer, position, tag), length);
}

// Tag, and room for the length that one byte an element would have; returns where the first element goes.
function beginVarints(
  buffer: Uint8Array,
  position: number,
  tag: number,
  list: readonly unknown[],
  field: string,
): number {
  const most = position + maxHeadBytes + list.length;
  if (!(most <= buffer.length)) throw noRoom(most, list, field);
  return putTag(buffer, position, tag) + varint32Bytes(list.length);
}

// What has no length is no list (NaN bytes): a Set, say.
function noRoom(neededBytes: number, list: readonly unknown[], field: string): Error {
  return Number.isNaN(neededBytes) ? wrongValue(field, "an array", list) : bufferOverflow(neededBytes);
}

function endVarints(buffer: Uint8Array, start: number, end: number, elements: number): number {
  const room = varint32Bytes(elements);
  const by = varint32Bytes(end - start) - room;
  if (by > 0) {
    if (end + by > buffer.length) throw bufferOverflow(end + by);
    buffer.copyWithin(start + by, start, end);
  }
  putVarint32(buffer, start - room, end - start);
  return end + by;
}
