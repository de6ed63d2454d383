// SPDX-License-Identifier: Apache-2.0
import { bufferOverflow } from "./buffer-overflow.js";
import { gatheredBytesFrom, gatheredPieces, moveGathered } from "./gather.js";
import { putTag, putVarint32, varint32Bytes } from "./varint.js";

const maxTagBytes = 5;

/** Writes a tag and leaves one byte for the length; returns where the content starts. `endMessage` writes the length. */
export function beginMessage(buffer: Uint8Array, position: number, tag: number): number {
  if (position + maxTagBytes + 1 > buffer.length) throw bufferOverflow(position + maxTagBytes + 1);
  return putTag(buffer, position, tag) + 1;
}

/**
 * Writes the length of the content between `start` and `end` before it and returns where it now ends. A length of 128
 * and more moves the content up: cheaper than walking a message twice to know its size.
 */
export function endMessage(buffer: Uint8Array, start: number, end: number): number {
  let length = end - start;
  if (gatheredPieces > 0) length += gatheredBytesFrom(start);
  if (length > 127) return widenLength(buffer, start, end, length);
  buffer[start - 1] = length;
  return end;
}

/** Writes the tag that begins or ends a group. */
export function writeTag(buffer: Uint8Array, position: number, tag: number): number {
  if (position + maxTagBytes > buffer.length) throw bufferOverflow(position + maxTagBytes);
  return putTag(buffer, position, tag);
}

function widenLength(buffer: Uint8Array, start: number, end: number, length: number): number {
  const by = varint32Bytes(length) - 1;
  if (end + by > buffer.length) throw bufferOverflow(end + by);
  buffer.copyWithin(start + by, start, end);
  if (gatheredPieces > 0) moveGathered(start, by);
  putVarint32(buffer, start - 1, length);
  return end + by;
}
