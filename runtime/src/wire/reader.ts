// SPDX-License-Identifier: Apache-2.0
import { malformed } from "./malformed.js";
import { ownBytes } from "./own-bytes.js";
import { ValueReader } from "./value-reader.js";

/** How deep messages and groups may lie in one another. */
export const maxNesting = 100;

/** A field that its message's decoder does not know: kept as received, written again by the encoder. */
export interface UnknownField {
  readonly no: number;
  readonly wireType: number;
  readonly data: Uint8Array;
}

/**
 * A position in received bytes, which generated decoders advance: values are read by ValueReader, messages in messages,
 * groups and unknown fields here. Malformed bytes throw an Error that says what is wrong and where. A reader that has
 * thrown is of no use until `reset`.
 */
export class Reader extends ValueReader {
  #nesting = maxNesting;
  // Of every group that is open: its field number and the nesting left inside it.
  #groups: number[] | undefined;

  /** Points this reader at other bytes, so that one reader serves many messages. */
  reset(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.#nesting = maxNesting;
    this.#groups = undefined;
    return this;
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

  /** Where the content of the message that begins here ends: at `end`, or where the end of its group begins. */
  contentEnd(end: number): number {
    const groups = this.#groups;
    if (groups === undefined || groups.length === 0 || groups[groups.length - 1] !== this.#nesting) return end;
    const start = this.position;
    for (;;) {
      const at = this.position;
      if (at >= this.end) throw malformed("a group without its end", at);
      const tag = this.tag();
      if ((tag & 7) === 4) {
        this.position = start;
        return at;
      }
      this.skip(tag);
    }
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
    const field = { no: tag >>> 3, wireType: tag & 7, data: ownBytes(this, start, this.position) };
    if (message.$unknown === undefined) message.$unknown = [field];
    else message.$unknown.push(field);
  }

  /** Passes over the value of a field. */
  skip(tag: number): void {
    if (tag < 8) throw malformed("field number 0", this.position);
    switch (tag & 7) {
      case 0:
        this.skipVarint();
        return;
      case 1:
        this.advance(8);
        return;
      case 2:
        this.position = this.lengthEnd();
        return;
      case 3:
        this.#skipGroup(tag >>> 3);
        return;
      case 5:
        this.advance(4);
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

function tooDeep(position: number): Error {
  return malformed(`a message nested more than ${maxNesting} deep`, position);
}
