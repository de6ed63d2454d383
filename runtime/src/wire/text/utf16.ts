// SPDX-License-Identifier: Apache-2.0

/**
 * Turns UTF-8 into UTF-16 units and returns how many; -1 when the bytes are not UTF-8 (RFC 3629 §4: no overlong form, no
 * surrogate, nothing above U+10FFFF, nothing cut short). `units` has room for one unit a byte.
 */
export function utf16From(bytes: Uint8Array, start: number, end: number, units: Uint16Array): number {
  let count = 0;
  let i = start;
  while (i < end) {
    const lead = bytes[i];
    if (lead < 0x80) {
      units[count++] = lead;
      i++;
    } else if (lead < 0xe0) {
      const second = i + 1 < end ? bytes[i + 1] : 0;
      if (lead < 0xc2 || (second & 0xc0) !== 0x80) return -1;
      units[count++] = ((lead & 0x1f) << 6) | (second & 0x3f);
      i += 2;
    } else if (lead < 0xf0) {
      if (i + 2 >= end) return -1;
      const second = bytes[i + 1];
      const third = bytes[i + 2];
      const unit = ((lead & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
      if ((second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80 || unit < 0x800 || (unit & 0xf800) === 0xd800) return -1;
      units[count++] = unit;
      i += 3;
    } else {
      if (i + 3 >= end) return -1;
      const second = bytes[i + 1];
      const third = bytes[i + 2];
      const fourth = bytes[i + 3];
      const point = ((lead & 0x07) << 18) | ((second & 0x3f) << 12) | ((third & 0x3f) << 6) | (fourth & 0x3f);
      if (lead > 0xf4 || (second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80 || (fourth & 0xc0) !== 0x80) return -1;
      if (point < 0x10000 || point > 0x10ffff) return -1;
      units[count++] = 0xd800 | ((point - 0x10000) >> 10);
      units[count++] = 0xdc00 | ((point - 0x10000) & 0x3ff);
      i += 4;
    }
  }
  return count;
}
