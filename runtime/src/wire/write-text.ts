// SPDX-License-Identifier: Apache-2.0
import { encodeUtf8, utf8Bytes } from "#text";
import { bufferOverflow } from "./buffer-overflow.js";
import { putTag, putVarint32, varint32Bytes } from "./varint.js";
import { wrongValue } from "./wrong-value.js";

const maxHeadBytes = 10;
// Up to here the length takes one byte, whatever the characters.
const shortUnits = 42;

/** Writes a `string` field as UTF-8. A lone surrogate becomes U+FFFD, as in TextEncoder. */
export function writeString(buffer: Uint8Array, position: number, tag: number, value: string, field: string): number {
  if (typeof value !== "string") throw wrongValue(field, "a string", value);
  const units = value.length;
  if (units > shortUnits) return writeLongString(buffer, position, tag, value);
  const most = position + maxHeadBytes + units * 3;
  if (most > buffer.length) throw bufferOverflow(most);
  const start = putTag(buffer, position, tag) + 1;
  for (let i = 0; i < units; i++) {
    const unit = value.charCodeAt(i);
    if (unit > 127) {
      const end = putUnits(buffer, start + i, value, i);
      buffer[start - 1] = end - start;
      return end;
    }
    buffer[start + i] = unit;
  }
  buffer[start - 1] = units;
  return start + units;
}

function writeLongString(buffer: Uint8Array, position: number, tag: number, value: string): number {
  const units = value.length;
  // The exact size is asked for only when the largest that it could be does not fit.
  if (position + maxHeadBytes + units * 3 > buffer.length) {
    const needed = position + maxHeadBytes + utf8Bytes(value);
    if (needed > buffer.length) throw bufferOverflow(needed);
  }
  const lengthAt = putTag(buffer, position, tag);
  const guess = varint32Bytes(units);
  const length = encodeUtf8(buffer, lengthAt + guess, value);
  const width = varint32Bytes(length);
  if (width !== guess) buffer.copyWithin(lengthAt + width, lengthAt + guess, lengthAt + guess + length);
  return putVarint32(buffer, lengthAt, length) + length;
}

// The UTF-8 of a short string from its unit `from` on.
function putUnits(buffer: Uint8Array, position: number, value: string, from: number): number {
  for (let i = from; i < value.length; i++) {
    let unit = value.charCodeAt(i);
    if (unit < 0x80) {
      buffer[position++] = unit;
      continue;
    }
    if (unit < 0x800) {
      buffer[position++] = 0xc0 | (unit >> 6);
      buffer[position++] = 0x80 | (unit & 0x3f);
      continue;
    }
    if ((unit & 0xf800) === 0xd800) {
      const next = unit < 0xdc00 && i + 1 < value.length ? value.charCodeAt(i + 1) : 0;
      if ((next & 0xfc00) === 0xdc00) {
        i++;
        const point = 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff);
        buffer[position++] = 0xf0 | (point >> 18);
        buffer[position++] = 0x80 | ((point >> 12) & 0x3f);
        buffer[position++] = 0x80 | ((point >> 6) & 0x3f);
        buffer[position++] = 0x80 | (point & 0x3f);
        continue;
      }
      unit = 0xfffd;
    }
    buffer[position++] = 0xe0 | (unit >> 12);
    buffer[position++] = 0x80 | ((unit >> 6) & 0x3f);
    buffer[position++] = 0x80 | (unit & 0x3f);
  }
  return position;
}
