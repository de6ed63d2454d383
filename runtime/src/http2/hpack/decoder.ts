// SPDX-License-Identifier: Apache-2.0
import { BlockCursor } from "./block-cursor.js";
import { DecodedBlocks } from "./decoded-blocks.js";
import { DynamicTable } from "./dynamic-table.js";
import { type Field, field, fieldBytes } from "./field.js";
import { FieldSection } from "./field-section.js";
import { HpackError } from "./hpack-error.js";
import { decodeInteger } from "./integer.js";
import { SectionBuilder } from "./section-builder.js";
import { staticTable, staticTableSize } from "./static-table.js";
import { StringLiteral } from "./string-literal.js";

/** The peer's SETTINGS_HEADER_TABLE_SIZE and ours before either has said anything (RFC 9113 §6.5.2). */
const initialTableBytes = 4096;
const maxSizeUpdates = 2;

// Shared by all decoders: decoding is synchronous and keeps nothing in it.
const literal = new StringLiteral();

/** How much of a field section is materialised. Beyond it a block is still decoded, for the dynamic table's sake. */
export interface HpackLimits {
  /** SETTINGS_MAX_HEADER_LIST_SIZE: every field counts its octets and 32 (RFC 9113 §6.5.2). */
  maxListBytes: number;
  /** How many fields; each crumb of a cookie counts. */
  maxFields: number;
}

/**
 * Decodes the field blocks of one connection, in order (RFC 7541 §3). A repeated small block that leaves the
 * table alone returns the FieldSection it returned before; table hits return the Field that was inserted. Names and values are
 * not judged here (RFC 9113 §8.2 is the caller's).
 */
export class HpackDecoder {
  private readonly table: DynamicTable;
  private readonly limits: HpackLimits;
  private maxTableBytes: number;
  private lowestMaxTableBytes: number;
  private memo: DecodedBlocks | undefined;

  /**
   * `maxTableBytes` is the SETTINGS_HEADER_TABLE_SIZE in force. Until the peer acknowledged another that is 4096, so
   * a connection that advertises less starts with 4096 and calls `setMaxTableBytes` on the acknowledgement.
   */
  constructor(maxTableBytes: number, limits: HpackLimits) {
    // RFC 7541 §4.2: a larger setting only permits the peer to grow the table by a size update.
    this.table = new DynamicTable(Math.min(maxTableBytes, initialTableBytes));
    this.limits = limits;
    this.maxTableBytes = maxTableBytes;
    this.lowestMaxTableBytes = maxTableBytes;
  }

  /**
   * The peer acknowledged another SETTINGS_HEADER_TABLE_SIZE. Where that is less than the table has now, the next
   * block must begin with a size update (RFC 7541 §4.2).
   */
  setMaxTableBytes(bytes: number): void {
    this.maxTableBytes = bytes;
    if (bytes < this.lowestMaxTableBytes) this.lowestMaxTableBytes = bytes;
  }

  /**
   * Decodes the whole field block at block[start, end). Throws HpackError when it is malformed; a section over a
   * limit is no error but says so in `exceeded`.
   */
  decode(block: Uint8Array, start: number, end: number): FieldSection {
    if (this.table.capacityBytes > this.lowestMaxTableBytes) {
      if (start === end || (block[start] & 0xe0) !== 0x20) {
        throw new HpackError(
          `dynamic table size update is missing after SETTINGS_HEADER_TABLE_SIZE became ${this.lowestMaxTableBytes}`,
        );
      }
    } else {
      const known = this.memo?.find(block, start, end, this.table.version);
      if (known !== undefined) return known;
    }
    return this.decodeNew(block, start, end);
  }

  private decodeNew(block: Uint8Array, start: number, end: number): FieldSection {
    const cursor = new BlockCursor(block, start, end);
    const section = new SectionBuilder(this.limits);
    this.readSizeUpdates(cursor);
    // "literals": what an identical block would mean again, for as long as the table stays as it is.
    let made: "indexed" | "literals" | "once" = cursor.position === start ? "indexed" : "once";
    while (cursor.position < end) {
      const first = block[cursor.position++];
      if (first >= 0x80) {
        const entry = this.entry(first < 0xff ? first & 0x7f : decodeInteger(cursor, 0x7f, 0x7f));
        if (section.admits(fieldBytes(entry))) section.fields.push(entry);
        else if (first < 0xff) this.skipIndexed(cursor, section);
        continue;
      }
      if (first >= 0x40) {
        made = "once";
        this.readIndexedLiteral(cursor, decodeInteger(cursor, first & 0x3f, 0x3f), section);
        continue;
      }
      if (first >= 0x20) throw new HpackError("dynamic table size update is not at the start of the field block");
      // A never-indexed value is not kept past its block either.
      if (first >= 0x10) made = "once";
      else if (made === "indexed") made = "literals";
      this.readLiteral(cursor, decodeInteger(cursor, first & 0x0f, 0x0f), first >= 0x10, section);
    }
    literal.release();
    const decoded = new FieldSection(section.fields, section.listBytes, section.exceeded);
    if (made !== "once" && decoded.exceeded === "none") {
      this.memo ??= new DecodedBlocks();
      // Literals often differ from block to block (grpc-timeout): such a block is kept when it comes a second time.
      if (made === "indexed" || this.memo.seenBefore(block, start, end)) {
        this.memo.remember(block, start, end, this.table.version, decoded);
      }
    }
    return decoded;
  }

  /** Beyond the limit: references in one octet change nothing and are only counted, as a bomb is made of them. */
  private skipIndexed(cursor: BlockCursor, section: SectionBuilder): void {
    const { bytes, end } = cursor;
    let { position } = cursor;
    let listBytes = 0;
    let last = 0;
    let lastBytes = 0;
    for (; position < end; position++) {
      const first = bytes[position];
      if (first < 0x80 || first === 0xff) break;
      if (first !== last) {
        last = first;
        lastBytes = fieldBytes(this.entry(first & 0x7f));
      }
      listBytes += lastBytes;
    }
    cursor.position = position;
    section.listBytes += listBytes;
  }

  /** RFC 7541 §4.2, §6.3: at the start only; two suffice to announce the lowest and the final size. */
  private readSizeUpdates(cursor: BlockCursor): void {
    for (let count = 0; cursor.position < cursor.end && (cursor.bytes[cursor.position] & 0xe0) === 0x20; count++) {
      if (count === maxSizeUpdates) throw new HpackError("field block has more than 2 dynamic table size updates");
      const bytes = decodeInteger(cursor, cursor.octet() & 0x1f, 0x1f);
      // The lowest setting since the last block counts as long as the table is still larger than it.
      const limit = this.table.capacityBytes > this.lowestMaxTableBytes ? this.lowestMaxTableBytes : this.maxTableBytes;
      if (bytes > limit) {
        const text = `dynamic table size update to ${bytes}, larger than SETTINGS_HEADER_TABLE_SIZE ${limit}`;
        throw new HpackError(text, true);
      }
      this.table.resize(bytes);
    }
    this.lowestMaxTableBytes = this.maxTableBytes;
  }

  /** RFC 7541 §6.2.1: a literal with incremental indexing. */
  private readIndexedLiteral(cursor: BlockCursor, nameIndex: number, section: SectionBuilder): void {
    const room = this.table.capacityBytes - 32;
    let name = "";
    let nameOctets: number;
    if (nameIndex === 0) {
      literal.read(cursor);
      nameOctets = literal.octets;
      if (nameOctets <= room || section.hasRoomFor(nameOctets)) name = literal.name();
    } else {
      name = this.entry(nameIndex).name;
      nameOctets = name.length;
    }
    literal.read(cursor);
    const octets = nameOctets + literal.octets;
    const admitted = section.admits(octets + 32);
    const storable = octets <= room;
    if (!storable) this.table.clear();
    if (!storable && !admitted) return;
    const read = field(name, literal.text());
    if (storable) this.table.insert(read);
    if (admitted) section.fields.push(read);
  }

  /** RFC 7541 §6.2.2, §6.2.3: a literal that leaves the table alone. */
  private readLiteral(cursor: BlockCursor, nameIndex: number, neverIndexed: boolean, section: SectionBuilder): void {
    let name = "";
    let nameOctets: number;
    if (nameIndex === 0) {
      literal.read(cursor);
      nameOctets = literal.octets;
      if (section.hasRoomFor(nameOctets)) name = literal.name();
    } else {
      name = this.entry(nameIndex).name;
      nameOctets = name.length;
    }
    literal.read(cursor);
    if (section.admits(nameOctets + literal.octets + 32))
      section.fields.push(field(name, literal.text(), neverIndexed));
  }

  /** RFC 7541 §2.3.3: one index space for both tables. */
  private entry(index: number): Field {
    const found = index > staticTableSize ? this.table.at(index - staticTableSize - 1) : staticTable[index - 1];
    if (found === undefined) throw new HpackError(`index ${index} is in neither the static nor the dynamic table`);
    return found;
  }
}
