// SPDX-License-Identifier: Apache-2.0
import { DynamicTable } from "./dynamic-table.js";
import { EncodedBlocks } from "./encoded-blocks.js";
import { EntryIndex } from "./entry-index.js";
import { type Field, fieldBytes } from "./field.js";
import { encodeInteger } from "./integer.js";
import { type Indexing, type NameRule, nameRule } from "./name-rule.js";
import { RecentSightings } from "./recent-sightings.js";
import { staticTableSize } from "./static-table.js";
import { encodeString } from "./string-literal.js";

/** The peer's SETTINGS_HEADER_TABLE_SIZE before it has said anything (RFC 9113 §6.5.2), and our own cap by default. */
export const initialTableBytes = 4096;
const maxSizeUpdatesBytes = 2 * 6;
// Representation and two lengths: names and values are never longer coded than plain.
const maxFieldOverheadBytes = 1 + 2 * 6;

/**
 * Encodes the field blocks of one connection, in order (RFC 7541 §3). What repeats goes into the dynamic table; a
 * frozen array passed again is copied from its last encoding. Sensitive fields enter no table.
 */
export class HpackEncoder {
  private readonly ownCapBytes: number;
  private readonly index = new EntryIndex();
  private readonly table: DynamicTable;
  private readonly sightings = new RecentSightings();
  private readonly blocks = new EncodedBlocks();
  private resize: { lowestBytes: number; finalBytes: number } | undefined;
  private repeatable = true;

  /** `ownCapBytes` bounds the dynamic table whatever the peer permits: its memory is ours. Default 4096. */
  constructor(ownCapBytes: number = initialTableBytes) {
    this.ownCapBytes = ownCapBytes;
    this.table = new DynamicTable(initialTableBytes, (field, absolute) => this.index.evicted(field, absolute));
    if (ownCapBytes < initialTableBytes) this.setPeerMaxTableBytes(initialTableBytes);
  }

  /**
   * The peer's SETTINGS_HEADER_TABLE_SIZE. Where the table changes by it, the next block begins with the size
   * updates that announce the lowest and the final size since the last block (RFC 7541 §4.2).
   */
  setPeerMaxTableBytes(bytes: number): void {
    const finalBytes = Math.min(bytes, this.ownCapBytes);
    const lowestBytes = Math.min(finalBytes, this.resize?.lowestBytes ?? finalBytes);
    this.resize = { lowestBytes, finalBytes };
  }

  /** Room that `encode` needs behind its position for these fields; at least what it will write. */
  maxEncodedBytes(fields: readonly Field[]): number {
    const known = this.blocks.find(fields, this.table.version);
    let bytes = this.resize === undefined ? 0 : maxSizeUpdatesBytes;
    if (known !== undefined && bytes === 0) return known.bytes.length;
    for (let i = 0; i < fields.length; i++) {
      bytes += fields[i].name.length + fields[i].value.length + maxFieldOverheadBytes;
    }
    return bytes;
  }

  /**
   * Writes the fields and returns the new position. The buffer must have `maxEncodedBytes` left. Several calls in a
   * row may write one block: constant fields first, for the sake of their memo, then what this call adds.
   */
  encode(fields: readonly Field[], buffer: Uint8Array, position: number): number {
    if (this.resize !== undefined) position = this.encodeSizeUpdates(this.resize, buffer, position);
    const version = this.table.version;
    const known = this.blocks.find(fields, version);
    if (known !== undefined) return copyBytes(known.bytes, buffer, position);
    this.repeatable = true;
    const start = position;
    for (let i = 0; i < fields.length; i++) position = this.encodeField(fields[i], buffer, position);
    if (this.repeatable && this.table.version === version) {
      this.blocks.remember(fields, buffer, start, position, version);
    }
    return position;
  }

  private encodeSizeUpdates(
    resize: { lowestBytes: number; finalBytes: number },
    buffer: Uint8Array,
    position: number,
  ): number {
    this.resize = undefined;
    if (resize.lowestBytes < this.table.capacityBytes) {
      this.table.resize(resize.lowestBytes);
      position = encodeInteger(resize.lowestBytes, 0x1f, 0x20, buffer, position);
    }
    if (resize.finalBytes !== this.table.capacityBytes) {
      this.table.resize(resize.finalBytes);
      position = encodeInteger(resize.finalBytes, 0x1f, 0x20, buffer, position);
    }
    return position;
  }

  private encodeField(field: Field, buffer: Uint8Array, position: number): number {
    // An inserted field is not sensitive, so its identity settles everything.
    const inserted = this.index.findField(field);
    if (inserted !== undefined) return encodeInteger(this.indexOf(inserted), 0x7f, 0x80, buffer, position);
    const rule = nameRule(field.name);
    const indexing = this.indexingOf(field, rule);
    if (indexing === "never") {
      // A remembered block would keep the secret beyond its call.
      this.repeatable = false;
      return this.encodeLiteral(field, rule, 0x10, 0x0f, buffer, position);
    }
    const known = this.findEqual(field, rule);
    if (known !== 0) return encodeInteger(known, 0x7f, 0x80, buffer, position);
    if (!this.shallInsert(field, indexing)) return this.encodeLiteral(field, rule, 0x00, 0x0f, buffer, position);
    // The name's index is the one before the insertion, which may evict the entry it names (RFC 7541 §4.4).
    position = this.encodeLiteral(field, rule, 0x40, 0x3f, buffer, position);
    this.table.insert(field);
    this.index.add(field, this.table.insertions - 1);
    return position;
  }

  private indexingOf(field: Field, rule: NameRule | undefined): Indexing {
    if (field.sensitive) return "never";
    return rule === undefined ? "onSecondSighting" : rule.indexing;
  }

  private shallInsert(field: Field, indexing: Indexing): boolean {
    if (indexing === "without") return false;
    const capacityBytes = this.table.capacityBytes;
    // A value of more than a quarter of the table would evict much for little.
    if (field.value.length * 4 > capacityBytes || fieldBytes(field) > capacityBytes) return false;
    if (indexing === "incremental") return true;
    if (this.sightings.seenBefore(field)) return true;
    // Once remembered as a literal, the block would never get to its second sighting.
    this.repeatable = false;
    return false;
  }

  /** The index of an entry with that name and value, 0 when no table has it. */
  private findEqual(field: Field, rule: NameRule | undefined): number {
    if (rule !== undefined && rule.staticIndex !== 0) {
      const offset = rule.staticValues.indexOf(field.value);
      if (offset >= 0) return rule.staticIndex + offset;
    }
    const absolute = this.index.findValue(this.table, field.name, field.value);
    return absolute === undefined ? 0 : this.indexOf(absolute);
  }

  private encodeLiteral(
    field: Field,
    rule: NameRule | undefined,
    pattern: number,
    prefixMax: number,
    buffer: Uint8Array,
    position: number,
  ): number {
    const nameIndex = this.nameIndexOf(field.name, rule);
    position = encodeInteger(nameIndex, prefixMax, pattern, buffer, position);
    if (nameIndex === 0) {
      position =
        rule === undefined ? encodeString(field.name, buffer, position) : copyBytes(rule.literal, buffer, position);
    }
    return encodeString(field.value, buffer, position);
  }

  private nameIndexOf(name: string, rule: NameRule | undefined): number {
    if (rule !== undefined && rule.staticIndex !== 0) return rule.staticIndex;
    const absolute = this.index.findName(name);
    return absolute === undefined ? 0 : this.indexOf(absolute);
  }

  private indexOf(absolute: number): number {
    return staticTableSize + this.table.insertions - absolute;
  }
}

/** Octet by octet: for the few octets of a block, `set` costs several times as much. */
function copyBytes(from: Uint8Array, into: Uint8Array, position: number): number {
  for (let i = 0; i < from.length; i++) into[position + i] = from[i];
  return position + from.length;
}
