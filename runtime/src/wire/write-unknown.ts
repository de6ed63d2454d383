// SPDX-License-Identifier: Apache-2.0
import { bufferOverflow } from "./buffer-overflow.js";
import type { UnknownField } from "./reader.js";
import { putVarint32 } from "./varint.js";

const maxTagBytes = 5;

/** Writes fields that a decoder did not know, and extensions, as they were received. */
export function writeUnknown(buffer: Uint8Array, position: number, fields: readonly UnknownField[]): number {
  for (const { no, wireType, data } of fields) {
    const most = position + maxTagBytes + data.length;
    if (most > buffer.length) throw bufferOverflow(most);
    position = putVarint32(buffer, position, ((no << 3) | wireType) >>> 0);
    buffer.set(data, position);
    position += data.length;
  }
  return position;
}
