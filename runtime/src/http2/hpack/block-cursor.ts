// SPDX-License-Identifier: Apache-2.0
import { HpackError } from "./hpack-error.js";

/** A position in one field block. Reading past `end` is an HpackError: a block is always whole. */
export class BlockCursor {
  readonly bytes: Uint8Array;
  position: number;
  readonly end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  octet(): number {
    if (this.position >= this.end) throw new HpackError("field block ends inside a representation");
    return this.bytes[this.position++];
  }
}
