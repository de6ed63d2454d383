// SPDX-License-Identifier: Apache-2.0
import { HpackError } from "./hpack-error.js";
import { huffmanCodeLengths } from "./huffman-table.js";

const eosSymbol = 256;
const malformed = 3;

// RFC 7541 Appendix B is a canonical code: the lengths alone give the codes.
const codeLengths = Uint8Array.from(huffmanCodeLengths);
const codes = canonicalCodes();

// 256 KiB, so made only once a peer sends a Huffman string.
let transitions: Int32Array | undefined;
let acceptingStates = new Uint8Array(0);

/** Octets `text` takes when Huffman coded; Infinity when a unit above 0xff makes it no octet string. */
export function huffmanOctets(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const octet = text.charCodeAt(i);
    if (octet > 0xff) return Number.POSITIVE_INFINITY;
    bits += codeLengths[octet];
  }
  return (bits + 7) >>> 3;
}

/** Writes `text` Huffman coded, padded with ones, and returns the new position (RFC 7541 §5.2). */
export function encodeHuffman(text: string, buffer: Uint8Array, position: number): number {
  let pending = 0;
  let pendingBits = 0;
  for (let i = 0; i < text.length; i++) {
    const octet = text.charCodeAt(i);
    let code = codes[octet];
    let bits = codeLengths[octet];
    // Up to 7 bits are pending and a code has up to 30: a long code goes in two parts to stay within an int32.
    if (bits > 16) {
      bits -= 16;
      pending = (pending << bits) | (code >>> 16);
      pendingBits += bits;
      while (pendingBits >= 8) {
        pendingBits -= 8;
        buffer[position++] = pending >>> pendingBits;
      }
      pending &= 0x7f;
      code &= 0xffff;
      bits = 16;
    }
    pending = (pending << bits) | code;
    pendingBits += bits;
    while (pendingBits >= 8) {
      pendingBits -= 8;
      buffer[position++] = pending >>> pendingBits;
    }
    pending &= 0x7f;
  }
  if (pendingBits > 0) buffer[position++] = (pending << (8 - pendingBits)) | (0xff >>> pendingBits);
  return position;
}

/** Room `decodeHuffman` needs for `octets` coded octets: codes have 5 bits or more, and it writes one past the end. */
export function decodedHuffmanRoom(octets: number): number {
  return Math.ceil((octets * 8) / 5) + 2;
}

/**
 * Decodes bytes[start, end) into `into` and returns the count of octets. Throws HpackError on EOS and on padding
 * that is longer than 7 bits or not all ones (RFC 7541 §5.2).
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number, into: Uint8Array): number {
  const table = transitions ?? createTransitions();
  let state = 0;
  let octets = 0;
  for (let i = start; i < end; i++) {
    const transition = table[(state << 8) | bytes[i]];
    const completed = (transition >>> 8) & 3;
    if (completed === malformed) throw new HpackError("Huffman string contains EOS");
    // Both are written always: what was not completed is overwritten by the next, or lies past the end.
    into[octets] = transition >>> 16;
    into[octets + 1] = transition >>> 24;
    octets += completed;
    state = transition & 0xff;
  }
  if (acceptingStates[state] === 0) throw new HpackError("Huffman string's padding is not 0 to 7 ones");
  return octets;
}

function canonicalCodes(): Uint32Array {
  const symbols = Array.from(codeLengths, (_, symbol) => symbol);
  symbols.sort((a, b) => codeLengths[a] - codeLengths[b] || a - b);
  const assigned = new Uint32Array(codeLengths.length);
  let next = 0;
  let bits = 0;
  for (const symbol of symbols) {
    next <<= codeLengths[symbol] - bits;
    bits = codeLengths[symbol];
    assigned[symbol] = next++;
  }
  return assigned;
}

/**
 * One step per coded octet: for each of the code tree's 256 inner nodes and each octet, the node it leads to (bits
 * 0–7), how many symbols it completes (8–9; 3 for EOS) and those symbols (16–23, 24–31).
 */
function createTransitions(): Int32Array {
  const children = codeTree();
  const table = new Int32Array(256 * 256);
  for (let state = 0; state < 256; state++) {
    for (let octet = 0; octet < 256; octet++) table[(state << 8) | octet] = transitionOf(children, state, octet);
  }
  acceptingStates = new Uint8Array(256);
  for (let bits = 0, node = 0; bits < 8; bits++, node = children[node * 2 + 1]) acceptingStates[node] = 1;
  transitions = table;
  return table;
}

function transitionOf(children: Int16Array, state: number, octet: number): number {
  let node = state;
  let completed = 0;
  let symbols = 0;
  for (let bit = 7; bit >= 0; bit--) {
    const child = children[node * 2 + ((octet >>> bit) & 1)];
    if (child >= 0) {
      node = child;
      continue;
    }
    if (~child === eosSymbol) return malformed << 8;
    symbols |= ~child << (completed * 8);
    completed++;
    node = 0;
  }
  return node | (completed << 8) | (symbols << 16);
}

/** Two children per inner node: another node's number, or a symbol's bitwise complement. Node 0 is the root. */
function codeTree(): Int16Array {
  const children = new Int16Array(256 * 2);
  let nodes = 1;
  for (let symbol = 0; symbol <= eosSymbol; symbol++) {
    let node = 0;
    for (let bit = codeLengths[symbol] - 1; bit > 0; bit--) {
      const slot = node * 2 + ((codes[symbol] >>> bit) & 1);
      if (children[slot] === 0) children[slot] = nodes++;
      node = children[slot];
    }
    children[node * 2 + (codes[symbol] & 1)] = ~symbol;
  }
  return children;
}
