// SPDX-License-Identifier: Apache-2.0
// UTF-8 by the web's TextEncoder and TextDecoder: browsers and runtimes without Node's Buffer.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Writes text as UTF-8 and returns how many bytes it took. The caller has made room for all of it. */
export function encodeUtf8(buffer: Uint8Array, position: number, text: string): number {
  return encoder.encodeInto(text, buffer.subarray(position)).written;
}

/** How many bytes text takes as UTF-8. */
export function utf8Bytes(text: string): number {
  let total = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    total += unit < 0x800 ? 1 : 2;
    // The two units of a pair take four bytes together.
    if ((unit & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++;
  }
  return total;
}

/** Reads UTF-8. Malformed bytes become U+FFFD. A leading U+FEFF is text. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

/** Memory for what is written before it is read. */
export function allocateBytes(length: number): Uint8Array {
  return new Uint8Array(length);
}
