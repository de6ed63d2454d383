// SPDX-License-Identifier: Apache-2.0

const none = new Uint8Array(0);

/** A field block that arrives in several frames (RFC 9113 §4.3). */
export class FieldBlock {
  /** Stream of the open block; 0 when none is open. */
  streamId = 0;
  endStream = false;
  selfDependent = false;
  continuations = 0;
  length = 0;
  bytes: Uint8Array = none;

  open(streamId: number, endStream: boolean, selfDependent: boolean): void {
    this.streamId = streamId;
    this.endStream = endStream;
    this.selfDependent = selfDependent;
    this.continuations = 0;
    this.length = 0;
  }

  /** Copied: the chunk it came in would otherwise be kept for a few octets. */
  append(buffer: Uint8Array, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2, 1024));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(buffer.subarray(start, end), this.length);
    this.length = needed;
  }

  close(): void {
    this.streamId = 0;
    this.length = 0;
    this.bytes = none;
  }
}
