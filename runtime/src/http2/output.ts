// SPDX-License-Identifier: Apache-2.0

const usualSlabBytes = 64 * 1024;
/** Slabs larger than this are not kept once what they held is written. */
const maxKeptSlabBytes = 1024 * 1024;
const empty = new Uint8Array(0);
/** Slabs of the usual size that no connection writes into: an idle connection holds none. */
const spareSlabs: Uint8Array[] = [];
const maxSpareSlabs = 16;

/**
 * A connection's output: one slab that frames are encoded into and that is written to the socket once per turn. What
 * has been taken stays untouched until it is written; encoding goes on behind it, or in another slab.
 */
export class Output {
  /** The slab. Read it anew after every `ensure`, which may have replaced it. */
  buffer: Uint8Array = empty;
  /** Where the next frame goes. */
  position = 0;
  /** First byte not yet taken. */
  #start = 0;
  #takenBytes = 0;
  #writtenBytes = 0;
  /** A slab that was left while its bytes were being written, and the value of `#writtenBytes` that frees it. */
  #left: Uint8Array | undefined;
  #leftFreeAt = 0;

  /** Makes room for `bytes` at `position`, which may change along with `buffer`; returns `position`. */
  ensure(bytes: number): number {
    if (this.buffer.length - this.position < bytes) this.#enlarge(bytes);
    return this.position;
  }

  /** Bytes encoded and not yet taken. */
  get untakenBytes(): number {
    return this.position - this.#start;
  }

  /** Bytes taken and not yet written. */
  get unwrittenBytes(): number {
    return this.#takenBytes - this.#writtenBytes;
  }

  /** Bytes ever taken, and ever written: positions in the connection's output. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** All that is encoded; it stays as it is until `written` has covered it. */
  take(): Uint8Array | undefined {
    if (this.position === this.#start) return undefined;
    const bytes = this.buffer.subarray(this.#start, this.position);
    this.#start = this.position;
    this.#takenBytes += bytes.length;
    return bytes;
  }

  /** Gives the slab away for what lies between `start` and `end`, behind `position`: output goes on in another. */
  detach(start: number, end: number): Uint8Array {
    const bytes = this.buffer.subarray(start, end);
    const untaken = this.buffer.subarray(this.#start, this.position);
    this.buffer = this.#slabFor(untaken.length);
    this.buffer.set(untaken);
    this.#start = 0;
    this.position = untaken.length;
    return bytes;
  }

  /** The socket has let go of so many bytes, in the order they were taken. */
  written(bytes: number): void {
    this.#writtenBytes = Math.min(this.#writtenBytes + bytes, this.#takenBytes);
    if (this.#writtenBytes === this.#takenBytes && this.position === this.#start) {
      this.position = 0;
      this.#start = 0;
      if (this.buffer.length === usualSlabBytes) {
        if (spareSlabs.length < maxSpareSlabs) spareSlabs.push(this.buffer);
        this.buffer = empty;
      } else if (this.buffer.length > maxKeptSlabBytes) {
        this.buffer = empty;
      }
    }
  }

  /** Gives memory back when nothing waits: for a connection that has become idle. */
  shrink(): void {
    if (this.position === 0 && this.#writtenBytes === this.#takenBytes) {
      this.buffer = empty;
      this.#left = undefined;
    }
  }

  #enlarge(bytes: number): void {
    const untaken = this.position - this.#start;
    const needed = untaken + bytes;
    const old = this.buffer;
    const inUse = this.#writtenBytes < this.#takenBytes;
    if (!inUse && needed <= old.length) {
      old.copyWithin(0, this.#start, this.position);
    } else {
      const next = this.#slabFor(needed);
      if (untaken > 0) next.set(old.subarray(this.#start, this.position));
      if (inUse && old.length >= usualSlabBytes && old.length <= maxKeptSlabBytes) {
        this.#left = old;
        this.#leftFreeAt = this.#takenBytes;
      }
      this.buffer = next;
    }
    this.#start = 0;
    this.position = untaken;
  }

  #slabFor(bytes: number): Uint8Array {
    const left = this.#left;
    if (left !== undefined && left.length >= bytes && this.#leftFreeAt <= this.#writtenBytes) {
      this.#left = undefined;
      return left;
    }
    let size = usualSlabBytes;
    while (size < bytes) size *= 2;
    return (size === usualSlabBytes ? spareSlabs.pop() : undefined) ?? new Uint8Array(size);
  }
}
