// SPDX-License-Identifier: Apache-2.0
import type { Stream } from "./stream.js";

const firstSlots = 16;
const maxSlots = 4096;
/** What every table starts with: an idle connection pays for none of its own. */
const noSlots: (Stream | undefined)[] = [undefined];

/**
 * A connection's streams by identifier. Identifiers rise by two and most streams are short, so a stream's place follows
 * from its identifier; those whose place is taken by an older stream are in a Map.
 */
export class StreamTable {
  #slots = noSlots;
  #others: Map<number, Stream> | undefined;
  size = 0;

  get(id: number): Stream | undefined {
    const stream = this.#slots[(id >>> 1) & (this.#slots.length - 1)];
    if (stream !== undefined && stream.id === id) return stream;
    return this.#others === undefined ? undefined : this.#others.get(id);
  }

  add(stream: Stream): void {
    this.size += 1;
    if (this.size * 2 > this.#slots.length && this.#slots.length < maxSlots) this.#grow();
    this.#place(stream);
  }

  delete(stream: Stream): void {
    const slot = (stream.id >>> 1) & (this.#slots.length - 1);
    if (this.#slots[slot] === stream) this.#slots[slot] = undefined;
    else if (!this.#deleteOther(stream.id)) return;
    this.size -= 1;
  }

  /** A snapshot, in no order: streams may end while it is walked. */
  all(): Stream[] {
    const streams = this.#slots.filter((stream) => stream !== undefined);
    if (this.#others !== undefined) streams.push(...this.#others.values());
    return streams;
  }

  #place(stream: Stream): void {
    const slot = (stream.id >>> 1) & (this.#slots.length - 1);
    if (this.#slots[slot] === undefined) this.#slots[slot] = stream;
    else {
      this.#others ??= new Map();
      this.#others.set(stream.id, stream);
    }
  }

  /** An empty Map is let go: it would keep the room it once had. */
  #deleteOther(id: number): boolean {
    const others = this.#others;
    if (others === undefined || !others.delete(id)) return false;
    if (others.size === 0) this.#others = undefined;
    return true;
  }

  #grow(): void {
    const streams = this.all();
    this.#others = undefined;
    this.#slots = new Array(Math.max(this.#slots.length * 2, firstSlots)).fill(undefined);
    for (const stream of streams) this.#place(stream);
  }
}
