// SPDX-License-Identifier: Apache-2.0
import type { Any } from "@bufbuild/protobuf/wkt";
import { isCode } from "../../rpc/code.js";
import type { Status } from "../../rpc/status.js";

// google.rpc.Status { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3 } and
// Any { string type_url = 1; bytes value = 2 }, by hand: a schema would be in every bundle that makes a call.

/** A status as the bytes of grpc-status-details-bin. Never throws: a lone surrogate becomes U+FFFD. */
export function encodeStatusDetails(status: Status): Uint8Array {
  const message = utf8.encode(status.message);
  const details = status.details.map((any) => ({ typeUrl: utf8.encode(any.typeUrl), value: any.value }));
  let length = (status.code === 0 ? 0 : 1 + varintBytes(status.code)) + lenBytes(message.length);
  for (const any of details) {
    const anyBytes = lenBytes(any.typeUrl.length) + lenBytes(any.value.length);
    length += 1 + varintBytes(anyBytes) + anyBytes;
  }
  const bytes = new Uint8Array(length);
  let position = 0;
  if (status.code !== 0) {
    bytes[position++] = 0x08;
    position = writeVarint(bytes, position, status.code);
  }
  position = writeLen(bytes, position, 0x12, message);
  for (const any of details) {
    bytes[position++] = 0x1a;
    position = writeVarint(bytes, position, lenBytes(any.typeUrl.length) + lenBytes(any.value.length));
    position = writeLen(bytes, position, 0x0a, any.typeUrl);
    position = writeLen(bytes, position, 0x12, any.value);
  }
  return bytes;
}

/** Reads the bytes of grpc-status-details-bin; undefined when they are not a google.rpc.Status with a known code. */
export function decodeStatusDetails(bytes: Uint8Array): Status | undefined {
  let code = 0;
  let message = "";
  const details: Any[] = [];
  const complete = eachField(bytes, (fieldNumber, value) => {
    if (fieldNumber === 1 && typeof value === "number") code = value;
    if (fieldNumber === 2 && typeof value === "object") message = text.decode(value);
    if (fieldNumber === 3 && typeof value === "object") {
      const any = decodeAny(value);
      if (any === undefined) return false;
      details.push(any);
    }
    return true;
  });
  return complete && isCode(code) ? { code, message, details } : undefined;
}

const utf8 = new TextEncoder();
const text = new TextDecoder("utf-8", { ignoreBOM: true });

function decodeAny(bytes: Uint8Array): Any | undefined {
  let typeUrl = "";
  let value: Uint8Array = new Uint8Array(0);
  const complete = eachField(bytes, (fieldNumber, field) => {
    if (fieldNumber === 1 && typeof field === "object") typeUrl = text.decode(field);
    // Copied: a view would keep the whole of the details alive.
    if (fieldNumber === 2 && typeof field === "object") value = field.slice();
    return true;
  });
  return complete ? { $typeName: "google.protobuf.Any", typeUrl, value } : undefined;
}

/** Calls back with each VARINT and LEN field; false when the bytes are malformed or a callback said so. Groups are malformed. */
function eachField(bytes: Uint8Array, read: (fieldNumber: number, value: number | Uint8Array) => boolean): boolean {
  const cursor = { bytes, position: 0 };
  while (cursor.position < bytes.length) {
    const tag = readVarint(cursor);
    if (tag === undefined || tag < 8) return false;
    const wireType = tag % 8;
    if (wireType === 1 || wireType === 5) {
      cursor.position += wireType === 1 ? 8 : 4;
      if (cursor.position > bytes.length) return false;
      continue;
    }
    const number = readVarint(cursor);
    if (number === undefined) return false;
    let value: number | Uint8Array = number;
    if (wireType === 2) {
      if (number > bytes.length - cursor.position) return false;
      value = bytes.subarray(cursor.position, cursor.position + number);
      cursor.position += number;
    } else if (wireType !== 0) {
      return false;
    }
    if (!read(Math.floor(tag / 8), value)) return false;
  }
  return true;
}

// Up to ten octets are taken; bits past 2^53 make the number inexact, which no code or length may be.
function readVarint(cursor: { readonly bytes: Uint8Array; position: number }): number | undefined {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 10; i++) {
    if (cursor.position >= cursor.bytes.length) return undefined;
    const octet = cursor.bytes[cursor.position++];
    value += (octet & 0x7f) * scale;
    if (octet < 0x80) return value;
    scale *= 128;
  }
  return undefined;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value >>> 7; rest !== 0; rest >>>= 7) bytes++;
  return bytes;
}

function writeVarint(bytes: Uint8Array, position: number, value: number): number {
  let rest = value;
  let at = position;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

// A LEN field whose tag takes one octet; absent when empty, as proto3 has it.
function lenBytes(length: number): number {
  return length === 0 ? 0 : 1 + varintBytes(length) + length;
}

function writeLen(bytes: Uint8Array, position: number, tag: number, value: Uint8Array): number {
  if (value.length === 0) return position;
  bytes[position] = tag;
  const start = writeVarint(bytes, position + 1, value.length);
  bytes.set(value, start);
  return start + value.length;
}
