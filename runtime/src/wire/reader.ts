// SPDX-License-Identifier: Apache-2.0

/** A position in received bytes, which generated decoders advance. `end` bounds every read. */
export class Reader {
  bytes: Uint8Array;
  position: number;
  end: number;

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
    return this;
  }
}
