// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { staticTable } from "../../src/http2/hpack/static-table.js";

/** A field as the reference sees it. */
export interface ReferenceField {
  readonly name: string;
  readonly value: string;
  readonly sensitive: boolean;
}

/** The block is malformed. */
export class ReferenceError7541 extends Error {}

const codes = new Map<string, number>(
  readFileSync(new URL("../../../testdata/hpack/huffman-code.tsv", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split("\t"))
    .map(([symbol, code, bits]) => [Number.parseInt(code, 16).toString(2).padStart(Number(bits), "0"), Number(symbol)]),
);
const longestCode = 30;
const maxSizeUpdates = 2;

/**
 * RFC 7541 read literally, with arrays and strings of bits: slow, and with nothing in common with the decoder under test
 * but the static table. It has no limits; the caller applies them to what it returns.
 */
export class ReferenceHpackDecoder {
  /** Newest first. */
  readonly table: ReferenceField[] = [];
  capacityBytes = 4096;
  #maxTableBytes: number;
  #lowestMaxTableBytes: number;
  #block: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(maxTableBytes: number) {
    this.#maxTableBytes = maxTableBytes;
    this.#lowestMaxTableBytes = maxTableBytes;
    this.capacityBytes = Math.min(4096, maxTableBytes);
  }

  get tableBytes(): number {
    return this.table.reduce((sum, { name, value }) => sum + name.length + value.length + 32, 0);
  }

  setMaxTableBytes(bytes: number): void {
    this.#maxTableBytes = bytes;
    this.#lowestMaxTableBytes = Math.min(this.#lowestMaxTableBytes, bytes);
  }

  /** Throws ReferenceError7541. */
  decode(block: Uint8Array): ReferenceField[] {
    this.#block = block;
    this.#at = 0;
    this.#sizeUpdates();
    const fields: ReferenceField[] = [];
    while (this.#at < block.length) fields.push(this.#field());
    return fields;
  }

  #sizeUpdates(): void {
    let updates = 0;
    for (; this.#at < this.#block.length && this.#block[this.#at] >> 5 === 1; updates++) {
      if (updates === maxSizeUpdates) throw new ReferenceError7541("too many size updates");
      const bytes = this.#integer(5);
      const most = this.capacityBytes > this.#lowestMaxTableBytes ? this.#lowestMaxTableBytes : this.#maxTableBytes;
      if (bytes > most) throw new ReferenceError7541("size update above the setting");
      this.capacityBytes = bytes;
      this.#evict(0);
    }
    if (updates === 0 && this.capacityBytes > this.#lowestMaxTableBytes) {
      throw new ReferenceError7541("size update missing");
    }
    this.#lowestMaxTableBytes = this.#maxTableBytes;
  }

  #field(): ReferenceField {
    const first = this.#block[this.#at];
    if (first >= 0x80) {
      const { name, value } = this.#entry(this.#integer(7));
      return { name, value, sensitive: false };
    }
    if (first >> 5 === 1) throw new ReferenceError7541("size update behind a field");
    const inserted = first >= 0x40;
    const index = this.#integer(inserted ? 6 : 4);
    const name = index === 0 ? this.#string() : this.#entry(index).name;
    const read = { name, value: this.#string(), sensitive: first >> 4 === 1 };
    if (inserted) {
      const bytes = read.name.length + read.value.length + 32;
      this.#evict(bytes);
      if (bytes <= this.capacityBytes) this.table.unshift(read);
    }
    return read;
  }

  #evict(incoming: number): void {
    while (this.table.length > 0 && this.tableBytes + incoming > this.capacityBytes) this.table.pop();
  }

  #entry(index: number): { readonly name: string; readonly value: string } {
    const entry = index === 0 ? undefined : index <= 61 ? staticTable[index - 1] : this.table[index - 62];
    if (entry === undefined) throw new ReferenceError7541(`no entry ${index}`);
    return entry;
  }

  #octet(): number {
    if (this.#at >= this.#block.length) throw new ReferenceError7541("cut off");
    return this.#block[this.#at++];
  }

  #integer(prefixBits: number): number {
    const most = 2 ** prefixBits - 1;
    let value = this.#octet() % 2 ** prefixBits;
    if (value < most) return value;
    for (let count = 0; count < 5; count++) {
      const octet = this.#octet();
      value += (octet % 128) * 128 ** count;
      if (value >= 2 ** 31) throw new ReferenceError7541("integer too large");
      if (octet < 128) return value;
    }
    throw new ReferenceError7541("integer too long");
  }

  #string(): string {
    const huffman = this.#block[this.#at] >= 0x80;
    const length = this.#integer(7);
    if (this.#at + length > this.#block.length) throw new ReferenceError7541("string cut off");
    const octets = this.#block.subarray(this.#at, this.#at + length);
    this.#at += length;
    return huffman ? referenceHuffman(octets) : String.fromCharCode(...octets);
  }
}

/** Decodes bit by bit. Throws ReferenceError7541 for EOS and for padding that is not 0 to 7 ones. */
export function referenceHuffman(octets: Uint8Array): string {
  let text = "";
  let code = "";
  for (const octet of octets) {
    for (let bit = 7; bit >= 0; bit--) {
      code += (octet >> bit) & 1;
      const symbol = codes.get(code);
      if (symbol === 256) throw new ReferenceError7541("EOS");
      if (symbol === undefined && code.length >= longestCode) throw new ReferenceError7541("no code");
      if (symbol === undefined) continue;
      text += String.fromCharCode(symbol);
      code = "";
    }
  }
  if (code.length > 7 || code.includes("0")) throw new ReferenceError7541("padding");
  return text;
}
