// SPDX-License-Identifier: Apache-2.0
// Packed lists: one length for all elements. What is read is appended to `list`, or is a new list when that is empty;
// generated code stores what these return.
import { malformed } from "./malformed.js";
import type { Reader } from "./reader.js";

// A list is made at its full length, which the bytes that are there already vouch for, but no longer than this.
const presizedMax = 65_536;

export function readPackedBool(reader: Reader, list: boolean[]): boolean[] {
  const end = reader.lengthEnd();
  const count = varintsUpTo(reader, end);
  if (list.length > 0 || count > presizedMax) {
    while (reader.position < end) list.push(reader.bool());
  } else {
    list = new Array<boolean>(count);
    for (let i = 0; i < count; i++) list[i] = reader.bool();
  }
  reader.done(end);
  return list;
}

/** Also for open enums. */
export function readPackedInt32(reader: Reader, list: number[]): number[] {
  const end = reader.lengthEnd();
  const count = varintsUpTo(reader, end);
  if (list.length > 0 || count > presizedMax) {
    while (reader.position < end) list.push(reader.int32());
  } else {
    list = new Array<number>(count);
    for (let i = 0; i < count; i++) list[i] = reader.int32();
  }
  reader.done(end);
  return list;
}

export function readPackedUint32(reader: Reader, list: number[]): number[] {
  const end = reader.lengthEnd();
  const count = varintsUpTo(reader, end);
  if (list.length > 0 || count > presizedMax) {
    while (reader.position < end) list.push(reader.uint32());
  } else {
    list = new Array<number>(count);
    for (let i = 0; i < count; i++) list[i] = reader.uint32();
  }
  reader.done(end);
  return list;
}

export function readPackedSint32(reader: Reader, list: number[]): number[] {
  const end = reader.lengthEnd();
  const count = varintsUpTo(reader, end);
  if (list.length > 0 || count > presizedMax) {
    while (reader.position < end) list.push(reader.sint32());
  } else {
    list = new Array<number>(count);
    for (let i = 0; i < count; i++) list[i] = reader.sint32();
  }
  reader.done(end);
  return list;
}

export function readPackedInt64(reader: Reader, list: bigint[]): bigint[] {
  const end = reader.lengthEnd();
  const count = varintsUpTo(reader, end);
  if (list.length > 0 || count > presizedMax) {
    while (reader.position < end) list.push(reader.int64());
  } else {
    list = new Array<bigint>(count);
    for (let i = 0; i < count; i++) list[i] = reader.int64();
  }
  reader.done(end);
  return list;
}

export function readPackedUint64(reader: Reader, list: bigint[]): bigint[] {
  const end = reader.lengthEnd();
  const count = varintsUpTo(reader, end);
  if (list.length > 0 || count > presizedMax) {
    while (reader.position < end) list.push(reader.uint64());
  } else {
    list = new Array<bigint>(count);
    for (let i = 0; i < count; i++) list[i] = reader.uint64();
  }
  reader.done(end);
  return list;
}

export function readPackedSint64(reader: Reader, list: bigint[]): bigint[] {
  const end = reader.lengthEnd();
  const count = varintsUpTo(reader, end);
  if (list.length > 0 || count > presizedMax) {
    while (reader.position < end) list.push(reader.sint64());
  } else {
    list = new Array<bigint>(count);
    for (let i = 0; i < count; i++) list[i] = reader.sint64();
  }
  reader.done(end);
  return list;
}

export function readPackedFixed32(reader: Reader, list: number[]): number[] {
  const end = reader.lengthEnd();
  const view = fixedView(reader, end, 4);
  const count = view.byteLength / 4;
  if (list.length > 0 || count > presizedMax) {
    for (let at = 0; at < view.byteLength; at += 4) list.push(view.getUint32(at, true));
  } else {
    list = new Array<number>(count);
    for (let i = 0; i < count; i++) list[i] = view.getUint32(i * 4, true);
  }
  return list;
}

export function readPackedSfixed32(reader: Reader, list: number[]): number[] {
  const end = reader.lengthEnd();
  const view = fixedView(reader, end, 4);
  const count = view.byteLength / 4;
  if (list.length > 0 || count > presizedMax) {
    for (let at = 0; at < view.byteLength; at += 4) list.push(view.getInt32(at, true));
  } else {
    list = new Array<number>(count);
    for (let i = 0; i < count; i++) list[i] = view.getInt32(i * 4, true);
  }
  return list;
}

export function readPackedFixed64(reader: Reader, list: bigint[]): bigint[] {
  const end = reader.lengthEnd();
  const view = fixedView(reader, end, 8);
  const count = view.byteLength / 8;
  if (list.length > 0 || count > presizedMax) {
    for (let at = 0; at < view.byteLength; at += 8) list.push(view.getBigUint64(at, true));
  } else {
    list = new Array<bigint>(count);
    for (let i = 0; i < count; i++) list[i] = view.getBigUint64(i * 8, true);
  }
  return list;
}

export function readPackedSfixed64(reader: Reader, list: bigint[]): bigint[] {
  const end = reader.lengthEnd();
  const view = fixedView(reader, end, 8);
  const count = view.byteLength / 8;
  if (list.length > 0 || count > presizedMax) {
    for (let at = 0; at < view.byteLength; at += 8) list.push(view.getBigInt64(at, true));
  } else {
    list = new Array<bigint>(count);
    for (let i = 0; i < count; i++) list[i] = view.getBigInt64(i * 8, true);
  }
  return list;
}

export function readPackedFloat(reader: Reader, list: number[]): number[] {
  const end = reader.lengthEnd();
  const view = fixedView(reader, end, 4);
  const count = view.byteLength / 4;
  if (list.length > 0 || count > presizedMax) {
    for (let at = 0; at < view.byteLength; at += 4) list.push(view.getFloat32(at, true));
  } else {
    list = new Array<number>(count);
    for (let i = 0; i < count; i++) list[i] = view.getFloat32(i * 4, true);
  }
  return list;
}

export function readPackedDouble(reader: Reader, list: number[]): number[] {
  const end = reader.lengthEnd();
  const view = fixedView(reader, end, 8);
  const count = view.byteLength / 8;
  if (list.length > 0 || count > presizedMax) {
    for (let at = 0; at < view.byteLength; at += 8) list.push(view.getFloat64(at, true));
  } else {
    list = new Array<number>(count);
    for (let i = 0; i < count; i++) list[i] = view.getFloat64(i * 8, true);
  }
  return list;
}

// How many varints end before `end`: one for each byte below 128.
function varintsUpTo(reader: Reader, end: number): number {
  const { bytes } = reader;
  if (reader.position < end && bytes[end - 1] > 127) throw malformed("a varint cut short", end - 1);
  let count = 0;
  for (let i = reader.position; i < end; i++) if (bytes[i] < 128) count++;
  return count;
}

function fixedView(reader: Reader, end: number, size: number): DataView {
  const { bytes, position } = reader;
  const length = end - position;
  if (length % size !== 0) throw malformed(`a packed list of ${length} bytes in steps of ${size}`, position);
  reader.position = end;
  return new DataView(bytes.buffer, bytes.byteOffset + position, length);
}
