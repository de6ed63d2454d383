// SPDX-License-Identifier: Apache-2.0
import { doubleCell, floatCell, halves, octets, signedCell, unsignedCell } from "./integer.js";
import { malformed } from "./malformed.js";
import { ownBytes } from "./own-bytes.js";
import { readKey, readText, readTextUnchecked } from "./read-text.js";

/** A position in received bytes, and what reads one tag, length or value there. `end` bounds every read. */
export class ValueReader {
  bytes: Uint8Array;
  position: number;
  end: number;
  /** Whether `bytes` fields must be copied because the chunk will be written again. */
  reused = false;
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** The tag of the next field. */
  tag(): number {
    const first = this.position < this.end ? this.bytes[this.position] : 255;
    if (first < 128) {
      this.position++;
      return first;
    }
    return this.#shortVarint("a tag");
  }

  /** Passes over a varint. */
  skipVarint(): void {
    this.#varint64();
  }

  /** Passes over `length` bytes and returns where they begin. */
  advance(length: number): number {
    const start = this.position;
    if (!(start + length <= this.end)) throw malformed("a value cut short", start);
    this.position = start + length;
    return start;
  }

  bool(): boolean {
    this.#varint64();
    return (this.#low | this.#high) !== 0;
  }

  int32(): number {
    return this.uint32() | 0;
  }

  /** A value above 32 bits is cut to its lowest 32, as protobuf does. */
  uint32(): number {
    const { bytes } = this;
    let position = this.position;
    if (position + 5 <= this.end) {
      let octet = bytes[position++];
      let value = octet & 127;
      if (octet > 127) {
        octet = bytes[position++];
        value |= (octet & 127) << 7;
        if (octet > 127) {
          octet = bytes[position++];
          value |= (octet & 127) << 14;
          if (octet > 127) {
            octet = bytes[position++];
            value |= (octet & 127) << 21;
            if (octet > 127) {
              octet = bytes[position++];
              value |= octet << 28;
            }
          }
        }
      }
      if (octet < 128) {
        this.position = position;
        return value >>> 0;
      }
    } else if (position < this.end && bytes[position] < 128) {
      this.position = position + 1;
      return bytes[position];
    }
    this.#varint64();
    return this.#low >>> 0;
  }

  sint32(): number {
    const zigzag = this.uint32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  fixed32(): number {
    return this.sfixed32() >>> 0;
  }

  sfixed32(): number {
    const at = this.advance(4);
    const { bytes } = this;
    return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  }

  int64(): bigint {
    this.#varint64();
    halves[0] = this.#low;
    halves[1] = this.#high;
    return signedCell[0];
  }

  uint64(): bigint {
    this.#varint64();
    halves[0] = this.#low;
    halves[1] = this.#high;
    return unsignedCell[0];
  }

  sint64(): bigint {
    this.#varint64();
    const sign = -(this.#low & 1);
    halves[0] = ((this.#low >>> 1) | (this.#high << 31)) ^ sign;
    halves[1] = (this.#high >>> 1) ^ sign;
    return signedCell[0];
  }

  fixed64(): bigint {
    this.#cell64();
    return unsignedCell[0];
  }

  sfixed64(): bigint {
    this.#cell64();
    return signedCell[0];
  }

  double(): number {
    this.#cell64();
    return doubleCell[0];
  }

  float(): number {
    halves[0] = this.sfixed32();
    return floatCell[0];
  }

  /** Text that must be UTF-8. */
  string(): string {
    const end = this.lengthEnd();
    const start = this.position;
    this.position = end;
    return readText(this.bytes, start, end);
  }

  /** Text whose UTF-8 is not checked (proto2, `utf8_validation = NONE`). */
  stringUnchecked(): string {
    const end = this.lengthEnd();
    const start = this.position;
    this.position = end;
    return readTextUnchecked(this.bytes, start, end);
  }

  /** The text of a map's key. */
  key(): string {
    const end = this.lengthEnd();
    const start = this.position;
    this.position = end;
    return readKey(this.bytes, start, end, true);
  }

  /** The text of a map's key whose UTF-8 is not checked. */
  keyUnchecked(): string {
    const end = this.lengthEnd();
    const start = this.position;
    this.position = end;
    return readKey(this.bytes, start, end, false);
  }

  /** Copied when short, or small beside the chunk, or the chunk is reused; a view of the chunk otherwise. */
  byteString(): Uint8Array {
    const end = this.lengthEnd();
    const start = this.position;
    this.position = end;
    return ownBytes(this, start, end);
  }

  /** Reads the length of what follows and returns where that ends, within these bytes. */
  lengthEnd(): number {
    const first = this.position < this.end ? this.bytes[this.position] : 255;
    let length = first;
    if (first < 128) this.position++;
    else length = this.#shortVarint("a length");
    const end = this.position + length;
    if (!(end <= this.end))
      throw malformed(`a length of ${length} with ${this.end - this.position} bytes left`, this.position);
    return end;
  }

  // A tag or a length: five bytes and 32 bits at most, which must not wrap.
  #shortVarint(what: string): number {
    const { bytes, end } = this;
    const start = this.position;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.position >= end) throw malformed(`${what} cut short`, start);
      const octet = bytes[this.position++];
      if (shift === 28 && octet > 15) break;
      value |= (octet & 127) << shift;
      if (octet < 128) return value >>> 0;
    }
    throw malformed(`${what} above 32 bits`, start);
  }

  // Leaves the 64 bits in #low and #high; bits above are dropped, more than ten bytes are an error.
  #varint64(): void {
    const { bytes, end } = this;
    let position = this.position;
    if (position + 10 <= end) {
      // Within reach of the end no octet is looked for: 28 bits at once, then the rest.
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
          }
        }
      }
      if (octet < 128) {
        this.position = position;
        this.#low = bits;
        this.#high = 0;
        return;
      }
      octet = bytes[position++];
      this.#low = bits | (octet << 28);
      bits = (octet & 127) >>> 4;
      if (octet > 127) {
        octet = bytes[position++];
        bits |= (octet & 127) << 3;
        if (octet > 127) {
          octet = bytes[position++];
          bits |= (octet & 127) << 10;
          if (octet > 127) {
            octet = bytes[position++];
            bits |= (octet & 127) << 17;
            if (octet > 127) {
              octet = bytes[position++];
              bits |= (octet & 127) << 24;
              if (octet > 127) {
                octet = bytes[position++];
                bits |= (octet & 1) << 31;
              }
            }
          }
        }
      }
      if (octet > 127) throw malformed("a varint of more than 10 bytes", this.position);
      this.position = position;
      this.#high = bits;
      return;
    }
    this.#carefulVarint64();
  }

  #carefulVarint64(): void {
    const { bytes, end } = this;
    let position = this.position;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (position >= end) throw malformed("a varint cut short", this.position);
      const octet = bytes[position++];
      const bits = octet & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (octet < 128) {
        this.position = position;
        this.#low = low;
        this.#high = high;
        return;
      }
    }
    throw malformed("a varint of more than 10 bytes", this.position);
  }

  #cell64(): void {
    const at = this.advance(8);
    const { bytes } = this;
    octets[0] = bytes[at];
    octets[1] = bytes[at + 1];
    octets[2] = bytes[at + 2];
    octets[3] = bytes[at + 3];
    octets[4] = bytes[at + 4];
    octets[5] = bytes[at + 5];
    octets[6] = bytes[at + 6];
    octets[7] = bytes[at + 7];
  }
}
