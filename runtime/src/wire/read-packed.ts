// SPDX-License-Identifier: Apache-2.0
// Packed lists: one length for all elements. What is read is appended to `list`, or is a new list when that is empty;
// generated code stores what these return.
import { halves, signedCell, unsignedCell } from "./integer.js";
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
  const presized = list.length === 0 && count <= presizedMax;
  if (presized) list = new Array<number>(count);
  const { bytes } = reader;
  let position = reader.position;
  for (let i = 0; i < count; i++) {
    let octet = bytes[position++];
    let bits = octet & 127;
    if (octet > 127) {
      octet = bytes[position++];
      bits |= (octet & 127) << 7;
      if (octet > 127) {
        octet = bytes[position++];
        bits |= (octet & 127) << 14;
        if (octet > 127) {
          octet = bytes[position++];
          bits |= (octet & 127) << 21;
          if (octet > 127) {
            octet = bytes[position++];
            bits |= octet << 28;
            if (octet > 127) position = endOfVarint(bytes, position);
          }
        }
      }
    }
    const value = bits;
    if (presized) list[i] = value;
    else list.push(value);
  }
  reader.position = end;
  return list;
}

export function readPackedUint32(reader: Reader, list: number[]): number[] {
  const end = reader.lengthEnd();
  const count = varintsUpTo(reader, end);
  const presized = list.length === 0 && count <= presizedMax;
  if (presized) list = new Array<number>(count);
  const { bytes } = reader;
  let position = reader.position;
  for (let i = 0; i < count; i++) {
    let octet = bytes[position++];
    let bits = octet & 127;
    if (octet > 127) {
      octet = bytes[position++];
      bits |= (octet & 127) << 7;
      if (octet > 127) {
        octet = bytes[position++];
        bits |= (octet & 127) << 14;
        if (octet > 127) {
          octet = bytes[position++];
          bits |= (octet & 127) << 21;
          if (octet > 127) {
            octet = bytes[position++];
            bits |= octet << 28;
            if (octet > 127) position = endOfVarint(bytes, position);
          }
        }
      }
    }
    const value = bits >>> 0;
    if (presized) list[i] = value;
    else list.push(value);
  }
  reader.position = end;
  return list;
}

export function readPackedSint32(reader: Reader, list: number[]): number[] {
  const end = reader.lengthEnd();
  const count = varintsUpTo(reader, end);
  const presized = list.length === 0 && count <= presizedMax;
  if (presized) list = new Array<number>(count);
  const { bytes } = reader;
  let position = reader.position;
  for (let i = 0; i < count; i++) {
    let octet = bytes[position++];
    let bits = octet & 127;
    if (octet > 127) {
      octet = bytes[position++];
      bits |= (octet & 127) << 7;
      if (octet > 127) {
        octet = bytes[position++];
        bits |= (octet & 127) << 14;
        if (octet > 127) {
          octet = bytes[position++];
          bits |= (octet & 127) << 21;
          if (octet > 127) {
            octet = bytes[position++];
            bits |= octet << 28;
            if (octet > 127) position = endOfVarint(bytes, position);
          }
        }
      }
    }
    const value = (bits >>> 1) ^ -(bits & 1);
    if (presized) list[i] = value;
    else list.push(value);
  }
  reader.position = end;
  return list;
}

export function readPackedInt64(reader: Reader, list: bigint[]): bigint[] {
  const end = reader.lengthEnd();
  const count = varintsUpTo(reader, end);
  const presized = list.length === 0 && count <= presizedMax;
  if (presized) list = new Array<bigint>(count);
  const { bytes } = reader;
  let position = reader.position;
  for (let i = 0; i < count; i++) {
    position = readHalves(bytes, position);
    const value = signedCell[0];
    if (presized) list[i] = value;
    else list.push(value);
  }
  reader.position = end;
  return list;
}

export function readPackedUint64(reader: Reader, list: bigint[]): bigint[] {
  const end = reader.lengthEnd();
  const count = varintsUpTo(reader, end);
  const presized = list.length === 0 && count <= presizedMax;
  if (presized) list = new Array<bigint>(count);
  const { bytes } = reader;
  let position = reader.position;
  for (let i = 0; i < count; i++) {
    position = readHalves(bytes, position);
    const value = unsignedCell[0];
    if (presized) list[i] = value;
    else list.push(value);
  }
  reader.position = end;
  return list;
}

export function readPackedSint64(reader: Reader, list: bigint[]): bigint[] {
  const end = reader.lengthEnd();
  const count = varintsUpTo(reader, end);
  const presized = list.length === 0 && count <= presizedMax;
  if (presized) list = new Array<bigint>(count);
  const { bytes } = reader;
  let position = reader.position;
  for (let i = 0; i < count; i++) {
    position = readHalves(bytes, position);
    const low = halves[0];
    const high = halves[1];
    const sign = -(low & 1);
    halves[0] = ((low >>> 1) | (high << 31)) ^ sign;
    halves[1] = (high >>> 1) ^ sign;
    const value = signedCell[0];
    if (presized) list[i] = value;
    else list.push(value);
  }
  reader.position = end;
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

// The rest of a varint beyond its fifth byte. Some byte below 128 follows: the list ends with one.
function endOfVarint(bytes: Uint8Array, position: number): number {
  const last = position + 4;
  while (bytes[position] > 127 && position < last) position++;
  if (bytes[position] > 127) throw malformed("a varint of more than 10 bytes", position);
  return position + 1;
}

// Reads a varint into the two halves of the shared cell. Some byte below 128 follows: the list ends with one.
function readHalves(bytes: Uint8Array, position: number): number {
  let octet = bytes[position++];
  let bits = octet & 127;
  if (octet > 127) {
    octet = bytes[position++];
    bits |= (octet & 127) << 7;
    if (octet > 127) {
      octet = bytes[position++];
      bits |= (octet & 127) << 14;
      if (octet > 127) {
        octet = bytes[position++];
        bits |= (octet & 127) << 21;
        if (octet > 127) return readHigh(bytes, position, bits);
      }
    }
  }
  halves[0] = bits;
  halves[1] = 0;
  return position;
}

function readHigh(bytes: Uint8Array, position: number, low: number): number {
  let octet = bytes[position++];
  halves[0] = low | (octet << 28);
  let high = (octet & 127) >>> 4;
  for (let shift = 3; octet > 127; shift += 7) {
    if (shift > 31) throw malformed("a varint of more than 10 bytes", position);
    octet = bytes[position++];
    high |= (octet & 127) << shift;
  }
  halves[1] = high;
  return position;
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
