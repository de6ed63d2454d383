// SPDX-License-Identifier: Apache-2.0
import type { Stream } from "./stream.js";

const firstSlots = 16;
const maxSlots = 4096;

/**
 * A connection's streams by identifier. Identifiers rise by two and most streams are short, so a stream's place follows
 * from its identifier; those whose place is taken by an older stream are in a Map.
 */
export class StreamTable {
  #slots: (Stream | undefined)[] = new Array(firstSlots).fill(undefined);
  readonly #others = new Map<number, Stream>();
  size = 0;

  get(id: number): Stream | undefined {
    const stream = this.#slots[(id >>> 1) & (this.#slots.length - 1)];
    if (stream !== undefined && stream.id === id) return stream;
    return this.#others.size === 0 ? undefined : this.#others.get(id);
  }

  add(stream: Stream): void {
    this.size += 1;
    if (this.size * 2 > this.#slots.length && this.#slots.length < maxSlots) this.#grow();
    this.#place(stream);
  }

  delete(stream: Stream): void {
    const slot = (stream.id >>> 1) & (this.#slots.length - 1);
    if (this.#slots[slot] === stream) this.#slots[slot] = undefined;
    else if (!this.#others.delete(stream.id)) return;
    this.size -= 1;
  }

  /** A snapshot, in no order: streams may end while it is walked. */
  all(): Stream[] {
    const streams = this.#slots.filter((stream) => stream !== undefined);
    streams.push(...this.#others.values());
    return streams;
  }

  #place(stream: Stream): void {
    const slot = (stream.id >>> 1) & (this.#slots.length - 1);
    if (this.#slots[slot] === undefined) this.#slots[slot] = stream;
    else this.#others.set(stream.id, stream);
  }

  #grow(): void {
    const streams = this.all();
    this.#others.clear();
    this.#slots = new Array(this.#slots.length * 2).fill(undefined);
    for (const stream of streams) this.#place(stream);
  }
}
