// SPDX-License-Identifier: Apache-2.0
import { doubleCell, floatCell, halves, octets, signedCell, unsignedCell } from "./integer.js";
import { malformed } from "./malformed.js";
import { readKey, readText, readTextUnchecked } from "./read-text.js";

/** How deep messages and groups may lie in one another. */
export const maxNesting = 100;

/** A field that its message's decoder does not know: kept as received, written again by the encoder. */
export interface UnknownField {
  readonly no: number;
  readonly wireType: number;
  readonly data: Uint8Array;
}

/** Received bytes shorter than this are copied, so that a hash of 20 bytes does not keep a chunk of 64 KiB alive. */
const viewedBytesMin = 4096;
/** The one empty `bytes` value. */
export const noBytes: Uint8Array = new Uint8Array(0);

/**
 * A position in received bytes, which generated decoders advance. `end` bounds every read; malformed bytes throw an
 * Error that says what is wrong and where. A reader that has thrown is of no use until `reset`.
 */
export class Reader {
  bytes: Uint8Array;
  position: number;
  end: number;
  /** Whether `bytes` fields must be copied because the chunk will be written again. */
  reused = false;
  #nesting = maxNesting;
  #low = 0;
  #high = 0;
  // Of every group that is open: its field number and the nesting left inside it.
  #groups: number[] | undefined;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** Points this reader at other bytes, so that one reader serves many messages. */
  reset(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.#nesting = maxNesting;
    this.#groups = undefined;
    return this;
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

  /** A message ends where its length says. */
  done(end: number): void {
    if (this.position !== end) throw malformed("a message that ends behind its length", end);
  }

  /** Reads the length of a message in this one and returns its end. `leave` when it is read. */
  enter(): number {
    const end = this.lengthEnd();
    if (--this.#nesting < 0) throw tooDeep(this.position);
    return end;
  }

  /** The message in this one is read. */
  leave(): void {
    this.#nesting++;
  }

  /** Begins the group of a field and returns where it ends at the latest. `leaveGroup` when it is read. */
  enterGroup(no: number): number {
    if (--this.#nesting < 0) throw tooDeep(this.position);
    this.#groups ??= [];
    this.#groups.push(no, this.#nesting);
    return this.end;
  }

  /** The group is read: throws when its end is missing. */
  leaveGroup(): void {
    const groups = this.#groups;
    if (groups !== undefined && groups.length > 0 && groups[groups.length - 1] === this.#nesting) {
      throw malformed("a group without its end", this.position);
    }
    this.#nesting++;
  }

  /**
   * Takes a field that the decoder does not know, or that comes with another wire type than declared. True: it is the
   * end of the group that is being read.
   */
  unknown(tag: number, message: { $unknown?: UnknownField[] | undefined }): boolean {
    if ((tag & 7) === 4) {
      this.#endGroup(tag >>> 3);
      return true;
    }
    this.keepUnknown(tag, message, this.position);
    return false;
  }

  /** Keeps the field whose value begins at `start` as unknown. */
  keepUnknown(tag: number, message: { $unknown?: UnknownField[] | undefined }, start: number): void {
    this.position = start;
    this.skip(tag);
    const field = { no: tag >>> 3, wireType: tag & 7, data: this.#own(start, this.position) };
    if (message.$unknown === undefined) message.$unknown = [field];
    else message.$unknown.push(field);
  }

  /** Passes over the value of a field. */
  skip(tag: number): void {
    if (tag < 8) throw malformed("field number 0", this.position);
    switch (tag & 7) {
      case 0:
        this.#varint64();
        return;
      case 1:
        this.#advance(8);
        return;
      case 2:
        this.position = this.lengthEnd();
        return;
      case 3:
        this.#skipGroup(tag >>> 3);
        return;
      case 5:
        this.#advance(4);
        return;
      default:
        throw malformed(`wire type ${tag & 7}`, this.position);
    }
  }

  /** Reads a number of a closed enum. Undefined: the enum has no such number, and `message` keeps it as unknown. */
  closedEnum(
    tag: number,
    message: { $unknown?: UnknownField[] | undefined },
    numbers: ReadonlySet<number>,
  ): number | undefined {
    const start = this.position;
    const number = this.int32();
    if (numbers.has(number)) return number;
    this.keepUnknown(tag, message, start);
    return undefined;
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
    const at = this.#advance(4);
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
    return this.#own(start, end);
  }

  /** Reads the length of what follows and returns where that ends, within these bytes. */
  lengthEnd(): number {
    const first = this.position < this.end ? this.bytes[this.position] : 255;
    let length = first;
    if (first < 128) this.position++;
    else length = this.#shortVarint("a length");
    const end = this.position + length;
    if (end > this.end)
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
    const at = this.#advance(8);
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

  #advance(length: number): number {
    const start = this.position;
    if (start + length > this.end) throw malformed("a value cut short", start);
    this.position = start + length;
    return start;
  }

  #own(start: number, end: number): Uint8Array {
    const { bytes } = this;
    const length = end - start;
    if (length === 0) return noBytes;
    const { buffer } = bytes;
    if (length < viewedBytesMin || length * 4 < buffer.byteLength || this.reused) {
      return copyOf(bytes, start, length);
    }
    return new Uint8Array(buffer, bytes.byteOffset + start, length);
  }

  #endGroup(no: number): void {
    const groups = this.#groups;
    const last = groups === undefined ? 0 : groups.length;
    if (groups === undefined || last === 0 || groups[last - 1] !== this.#nesting || groups[last - 2] !== no) {
      throw malformed(`the end of group ${no}, which is not open`, this.position);
    }
    groups.length = last - 2;
  }

  #skipGroup(no: number): void {
    if (--this.#nesting < 0) throw tooDeep(this.position);
    for (;;) {
      if (this.position >= this.end) throw malformed("a group without its end", this.position);
      const tag = this.tag();
      if ((tag & 7) === 4) {
        if (tag >>> 3 !== no) throw malformed(`the end of group ${tag >>> 3} in group ${no}`, this.position);
        break;
      }
      this.skip(tag);
    }
    this.#nesting++;
  }
}

// Not `slice`: of a Buffer it would be a Buffer again, and for few bytes a loop is quicker.
function copyOf(bytes: Uint8Array, start: number, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  if (length > 64) copy.set(bytes.subarray(start, start + length));
  else for (let i = 0; i < length; i++) copy[i] = bytes[start + i];
  return copy;
}

function tooDeep(position: number): Error {
  return malformed(`a message nested more than ${maxNesting} deep`, position);
}
