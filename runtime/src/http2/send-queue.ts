// SPDX-License-Identifier: Apache-2.0

/** Arrays from this length on are queued by reference when a message comes in segments; copying shorter ones is cheaper. */
const referencedBytesMin = 8192;

/** What a stream has to send and may not yet: chunks by reference, in order. */
export class SendQueue {
  bytes = 0;
  #head: Uint8Array | undefined;
  #headStart = 0;
  #rest: Uint8Array[] | undefined;

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.bytes += chunk.length;
    if (this.#head === undefined) this.#head = chunk;
    else if (this.#rest === undefined) this.#rest = [chunk];
    else this.#rest.push(chunk);
  }

  /** Queues segments in order. Long ones stay references; short ones, and all that lie in `reused`, are copied now. */
  pushSegments(segments: readonly Uint8Array[], reused: ArrayBufferLike): void {
    for (const segment of segments) {
      const copied = segment.length < referencedBytesMin || segment.buffer === reused;
      // Each in an array of its own: views of one would take it off V8's heap, where it costs most.
      this.push(copied ? new Uint8Array(segment) : segment);
    }
  }

  /** Moves the first `bytes` queued bytes, at most all of them, into `buffer`. */
  moveInto(buffer: Uint8Array, position: number, bytes: number): void {
    this.bytes -= bytes;
    let at = position;
    let missing = bytes;
    while (missing > 0 && this.#head !== undefined) {
      const head = this.#head;
      const end = Math.min(head.length, this.#headStart + missing);
      buffer.set(this.#headStart === 0 && end === head.length ? head : head.subarray(this.#headStart, end), at);
      at += end - this.#headStart;
      missing -= end - this.#headStart;
      if (end < head.length) {
        this.#headStart = end;
      } else {
        this.#head = this.#rest?.shift();
        this.#headStart = 0;
      }
    }
  }

  clear(): void {
    this.bytes = 0;
    this.#head = undefined;
    this.#rest = undefined;
    this.#headStart = 0;
  }
}
