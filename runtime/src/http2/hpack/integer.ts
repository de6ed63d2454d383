// SPDX-License-Identifier: Apache-2.0
import type { BlockCursor } from "./block-cursor.js";
import { HpackError } from "./hpack-error.js";

const maxContinuationOctets = 5;
const integerLimit = 2 ** 31;

/**
 * Decodes an integer whose first octet was read: `prefix` is that octet's masked part, `prefixMax` the part's
 * largest value (RFC 7541 §5.1). Throws HpackError from 2^31 on and past 5 continuation octets.
 */
export function decodeInteger(cursor: BlockCursor, prefix: number, prefixMax: number): number {
  if (prefix < prefixMax) return prefix;
  let value = prefixMax;
  let weight = 1;
  for (let count = 0; count < maxContinuationOctets; count++) {
    const octet = cursor.octet();
    // Multiplied, not shifted: five groups of seven bits do not fit an int32.
    value += (octet & 0x7f) * weight;
    if (value >= integerLimit) throw new HpackError("integer is 2^31 or larger");
    if (octet < 0x80) return value;
    weight *= 128;
  }
  throw new HpackError("integer has more than 5 continuation octets");
}

/**
 * Encodes `value` behind the representation's `pattern` bits and returns the new position. At most 6 octets for
 * a value below 2^31 (RFC 7541 §5.1).
 */
export function encodeInteger(
  value: number,
  prefixMax: number,
  pattern: number,
  buffer: Uint8Array,
  position: number,
): number {
  if (value < prefixMax) {
    buffer[position] = pattern | value;
    return position + 1;
  }
  buffer[position++] = pattern | prefixMax;
  let rest = value - prefixMax;
  while (rest >= 0x80) {
    buffer[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[position] = rest;
  return position + 1;
}
