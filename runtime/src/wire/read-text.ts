// SPDX-License-Identifier: Apache-2.0
import { decodeUtf8 } from "#text";
import { malformed } from "./malformed.js";
import { longestShortText, shortAscii } from "./short-text.js";

let strict: InstanceType<typeof TextDecoder> | undefined;

/** Reads text that must be UTF-8; throws when it is not. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= longestShortText) {
    const short = shortAscii(bytes, start, end - start);
    if (short !== undefined) return short;
  }
  const text = decodeUtf8(bytes, start, end);
  // U+FFFD may be in the text itself; only then is it worth asking the strict decoder.
  if (text.includes("\ufffd")) assertUtf8(bytes, start, end);
  return text;
}

/** Reads text that need not be UTF-8 (proto2): what is not becomes U+FFFD, since a string can hold nothing else. */
export function readTextUnchecked(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= longestShortText) {
    const short = shortAscii(bytes, start, end - start);
    if (short !== undefined) return short;
  }
  return decodeUtf8(bytes, start, end);
}

const longestKey = 24;
const keySlots = 1024;
const keys: string[] = new Array(keySlots).fill("");

/**
 * Reads the key of a map. Short ones are looked up among the keys seen last: an object wants its keys interned, and
 * the maps of one service have the same ones.
 */
export function readKey(bytes: Uint8Array, start: number, end: number, checked: boolean): string {
  const length = end - start;
  if (length > longestKey || length === 0) {
    return checked ? readText(bytes, start, end) : readTextUnchecked(bytes, start, end);
  }
  let hash = length;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]) | 0;
  const slot = hash & (keySlots - 1);
  const known = keys[slot];
  if (known.length === length && isSame(known, bytes, start)) return known;
  const text = checked ? readText(bytes, start, end) : readTextUnchecked(bytes, start, end);
  if (text.length === length) keys[slot] = text;
  return text;
}

// Only ASCII can be the same: a unit above 127 is never equal to its own UTF-8 octet by octet.
function isSame(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit !== bytes[start + i] || unit > 127) return false;
  }
  return true;
}

function assertUtf8(bytes: Uint8Array, start: number, end: number): void {
  strict ??= new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    strict.decode(bytes.subarray(start, end));
  } catch {
    throw malformed("a string that is not UTF-8", start);
  }
}
