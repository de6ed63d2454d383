// SPDX-License-Identifier: Apache-2.0
import { type Field, fieldBytes } from "./field.js";

const initialSlots = 8;
/** What every table starts with; never written to. */
const noSlots: (Field | undefined)[] = [];

/**
 * The dynamic table of RFC 7541 §2.3.2 and §4. An entry keeps one absolute number, counted from the first
 * insertion, while its index moves; the ring buffer is addressed by that number.
 */
export class DynamicTable {
  /** What the entries may take together, each counting its octets and 32 (RFC 7541 §4.1). */
  capacityBytes: number;
  bytes = 0;
  count = 0;
  /** How many entries were ever inserted: the absolute number of the next one. */
  insertions = 0;
  /** Changes with every insertion and every resize: an index means the same entry as long as this is the same. */
  version = 0;
  private slots = noSlots;
  private readonly onEvict: ((field: Field, absolute: number) => void) | undefined;

  constructor(capacityBytes: number, onEvict?: (field: Field, absolute: number) => void) {
    this.capacityBytes = capacityBytes;
    this.onEvict = onEvict;
  }

  /** The entry `position` places behind the newest, which is at 0; undefined past the oldest. */
  at(position: number): Field | undefined {
    if (position >= this.count) return undefined;
    return this.slots[(this.insertions - 1 - position) & (this.slots.length - 1)];
  }

  /** RFC 7541 §4.4: evicts until the entry fits. An entry larger than the table empties it, which is no error. */
  insert(field: Field): void {
    const entryBytes = fieldBytes(field);
    this.version++;
    this.evictTo(this.capacityBytes - entryBytes);
    if (entryBytes > this.capacityBytes) return;
    if (this.count === this.slots.length) this.grow();
    this.slots[this.insertions & (this.slots.length - 1)] = field;
    this.insertions++;
    this.count++;
    this.bytes += entryBytes;
  }

  /** RFC 7541 §4.4: what inserting an entry larger than the table does. */
  clear(): void {
    this.version++;
    this.evictTo(0);
  }

  /** RFC 7541 §4.3: evicts until the entries fit the new capacity. */
  resize(capacityBytes: number): void {
    this.version++;
    this.capacityBytes = capacityBytes;
    this.evictTo(capacityBytes);
  }

  private evictTo(bytes: number): void {
    while (this.bytes > bytes && this.count > 0) {
      const absolute = this.insertions - this.count;
      const slot = absolute & (this.slots.length - 1);
      const evicted = this.slots[slot] as Field;
      this.slots[slot] = undefined;
      this.count--;
      this.bytes -= fieldBytes(evicted);
      this.onEvict?.(evicted, absolute);
    }
  }

  private grow(): void {
    const larger = new Array<Field | undefined>(Math.max(this.slots.length * 2, initialSlots)).fill(undefined);
    for (let absolute = this.insertions - this.count; absolute < this.insertions; absolute++) {
      larger[absolute & (larger.length - 1)] = this.slots[absolute & (this.slots.length - 1)];
    }
    this.slots = larger;
  }
}
