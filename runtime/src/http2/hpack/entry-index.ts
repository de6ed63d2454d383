// SPDX-License-Identifier: Apache-2.0
import type { DynamicTable } from "./dynamic-table.js";
import type { Field } from "./field.js";

const searchedEntries = 16;

/**
 * Finds entries of an encoder's dynamic table: by the very Field that was inserted, by name, by name and value.
 * Never larger than the table, because each eviction is told. Numbers are the table's absolute ones.
 */
export class EntryIndex {
  private readonly byIdentity = new Map<Field, number>();
  private readonly byName = new Map<string, number[]>();

  add(field: Field, absolute: number): void {
    this.byIdentity.set(field, absolute);
    const sameName = this.byName.get(field.name);
    if (sameName === undefined) this.byName.set(field.name, [absolute]);
    else sameName.push(absolute);
  }

  evicted(field: Field, absolute: number): void {
    if (this.byIdentity.get(field) === absolute) this.byIdentity.delete(field);
    const sameName = this.byName.get(field.name);
    if (sameName === undefined) return;
    // Entries leave in the order they came.
    sameName.shift();
    if (sameName.length === 0) this.byName.delete(field.name);
  }

  /** The entry that holds this very object. */
  findField(field: Field): number | undefined {
    return this.byIdentity.get(field);
  }

  /** The newest entry of that name. */
  findName(name: string): number | undefined {
    const sameName = this.byName.get(name);
    return sameName === undefined ? undefined : sameName[sameName.length - 1];
  }

  /** An entry of that name and value, among the 16 newest of the name: a bound on what one field costs. */
  findValue(table: DynamicTable, name: string, value: string): number | undefined {
    const sameName = this.byName.get(name);
    if (sameName === undefined) return undefined;
    const last = sameName.length - 1;
    for (let i = last; i >= 0 && i > last - searchedEntries; i--) {
      if (table.at(table.insertions - 1 - sameName[i])?.value === value) return sameName[i];
    }
    return undefined;
  }
}
