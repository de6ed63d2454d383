// SPDX-License-Identifier: Apache-2.0

/** Bytes as base64 without padding (RFC 4648 §4, §3.2). */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  let position = 0;
  const wholeEnd = bytes.length - (bytes.length % 3);
  while (position < wholeEnd) {
    const group = (bytes[position] << 16) | (bytes[position + 1] << 8) | bytes[position + 2];
    text += pairs[group >>> 12] + pairs[group & 0xfff];
    position += 3;
  }
  const rest = bytes.length - wholeEnd;
  if (rest === 1) text += pairs[bytes[position] << 4];
  if (rest === 2) {
    const group = (bytes[position] << 8) | bytes[position + 1];
    text += pairs[group >>> 4] + alphabet[(group & 0xf) << 2];
  }
  return text;
}

/**
 * The bytes of base64 text, padded to a multiple of four or not padded at all. Undefined when it is neither, or has a
 * character outside the alphabet of RFC 4648 §4.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const length = unpaddedLength(text);
  const rest = length & 3;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array((length >>> 2) * 3 + (rest === 0 ? 0 : rest - 1));
  let position = 0;
  let group = 0;
  for (let i = 0; i < length; i++) {
    const value = valueAt(text, i);
    if (value < 0) return undefined;
    group = (group << 6) | value;
    if ((i & 3) !== 3) continue;
    bytes[position] = group >>> 16;
    bytes[position + 1] = group >>> 8;
    bytes[position + 2] = group;
    position += 3;
    group = 0;
  }
  if (rest === 2) bytes[position] = group >>> 4;
  if (rest === 3) {
    bytes[position] = group >>> 10;
    bytes[position + 1] = group >>> 2;
  }
  return bytes;
}

/** True when `decodeBase64` gives bytes; allocates nothing. */
export function isBase64(text: string): boolean {
  const length = unpaddedLength(text);
  if ((length & 3) === 1) return false;
  for (let i = 0; i < length; i++) if (valueAt(text, i) < 0) return false;
  return true;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The text of every 12 bits: two characters a look-up.
const pairs: string[] = [];
for (const first of alphabet) for (const second of alphabet) pairs.push(first + second);

const values = new Int8Array(128).fill(-1);
for (let value = 0; value < 64; value++) values[alphabet.charCodeAt(value)] = value;

function valueAt(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return unit < 128 ? values[unit] : -1;
}

function unpaddedLength(text: string): number {
  const length = text.length;
  if ((length & 3) !== 0 || text.charCodeAt(length - 1) !== 0x3d) return length;
  return text.charCodeAt(length - 2) === 0x3d ? length - 2 : length - 1;
}
