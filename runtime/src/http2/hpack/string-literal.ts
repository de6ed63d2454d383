// SPDX-License-Identifier: Apache-2.0
import type { BlockCursor } from "./block-cursor.js";
import { HpackError } from "./hpack-error.js";
import { decodedHuffmanRoom, decodeHuffman, encodeHuffman, huffmanOctets } from "./huffman.js";
import { decodeInteger, encodeInteger } from "./integer.js";
import { knownName } from "./known-name.js";
import { octetsToText } from "./octet-text.js";

const huffmanFlag = 0x80;
const keptScratchBytes = 16_384;

const noOctets = new Uint8Array(0);
// Shared by all decoders: a literal is turned into text before the next one is read.
let scratch = new Uint8Array(1024);

/**
 * A string literal as it was read: its length is known before a string is made of it, so that what passes a limit
 * is never materialised (RFC 7541 §5.2).
 */
export class StringLiteral {
  /** The length after Huffman decoding. */
  octets = 0;
  private source: Uint8Array = noOctets;
  private start = 0;

  /** Reads and checks the literal at the cursor. Throws HpackError when it is malformed or cut off. */
  read(cursor: BlockCursor): void {
    const first = cursor.octet();
    const length = decodeInteger(cursor, first & 0x7f, 0x7f);
    const start = cursor.position;
    const end = start + length;
    if (end > cursor.end) throw new HpackError("string literal is longer than the field block");
    cursor.position = end;
    if (first < huffmanFlag) {
      this.source = cursor.bytes;
      this.start = start;
      this.octets = length;
      return;
    }
    this.source = scratchOf(decodedHuffmanRoom(length));
    this.start = 0;
    this.octets = decodeHuffman(cursor.bytes, start, end, this.source);
  }

  /** The literal as a field's name: a usual one is the same string each time. Good only until any literal is read. */
  name(): string {
    return knownName(this.source, this.start, this.start + this.octets) ?? this.text();
  }

  /** The literal as text. Good only until any literal is read. */
  text(): string {
    return octetsToText(this.source, this.start, this.start + this.octets);
  }

  /** Lets go of the received bytes. */
  release(): void {
    this.source = noOctets;
  }
}

/** Writes `text`, Huffman coded when that is shorter, and returns the new position (RFC 7541 §5.2). */
export function encodeString(text: string, buffer: Uint8Array, position: number): number {
  const coded = huffmanOctets(text);
  if (coded < text.length) {
    return encodeHuffman(text, buffer, encodeInteger(coded, 0x7f, huffmanFlag, buffer, position));
  }
  position = encodeInteger(text.length, 0x7f, 0, buffer, position);
  for (let i = 0; i < text.length; i++) {
    const octet = text.charCodeAt(i);
    // Not cut to eight bits: U+010A would become a line feed.
    buffer[position++] = octet > 0xff ? 0x3f : octet;
  }
  return position;
}

function scratchOf(room: number): Uint8Array {
  if (room <= scratch.length) return scratch;
  const larger = new Uint8Array(room * 2);
  if (larger.length <= keptScratchBytes) scratch = larger;
  return larger;
}
