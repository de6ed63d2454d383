// SPDX-License-Identifier: Apache-2.0

/** Most bytes that a tag and a varint take together. */
export const maxTaggedVarintBytes = 15;

/** Writes a varint of up to 32 bits (0 to 4294967295) and returns the position behind it. The caller has made room. */
export function putVarint32(buffer: Uint8Array, position: number, value: number): number {
  while (value > 127) {
    buffer[position++] = (value & 127) | 128;
    value >>>= 7;
  }
  buffer[position++] = value;
  return position;
}

/** Writes a varint of 64 bits, given as two unsigned halves. The caller has made room. */
export function putVarint64(buffer: Uint8Array, position: number, low: number, high: number): number {
  while (high !== 0 || low > 127) {
    buffer[position++] = (low & 127) | 128;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  buffer[position++] = low;
  return position;
}

/** Writes an int32: ten bytes when negative, as for the int64 of the same value. The caller has made room. */
export function putInt32(buffer: Uint8Array, position: number, value: number): number {
  return value < 0 ? putVarint64(buffer, position, value >>> 0, 0xffffffff) : putVarint32(buffer, position, value);
}

/** Writes the tag of a field. The caller has made room. */
export function putTag(buffer: Uint8Array, position: number, tag: number): number {
  if (tag > 127) return putVarint32(buffer, position, tag);
  buffer[position] = tag;
  return position + 1;
}

/** How many bytes the varint of a number below 2^32 takes. */
export function varint32Bytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}
