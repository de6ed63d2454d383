// SPDX-License-Identifier: Apache-2.0
// UTF-8 by Node's Buffer, also in Bun: several times quicker than TextEncoder and TextDecoder for text of any length.

interface BufferMethods {
  utf8Write(this: Uint8Array, text: string, position: number, length: number): number;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
}

declare const Buffer: {
  readonly prototype: BufferMethods;
  byteLength(text: string): number;
  allocUnsafeSlow(length: number): Uint8Array;
};

const { utf8Write, utf8Slice } = Buffer.prototype;

/** Writes text as UTF-8 and returns how many bytes it took. The caller has made room for all of it. */
export function encodeUtf8(buffer: Uint8Array, position: number, text: string): number {
  return utf8Write.call(buffer, text, position, buffer.length - position);
}

/** How many bytes text takes as UTF-8. */
export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** Reads UTF-8. Malformed bytes become U+FFFD. A leading U+FEFF is text. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  return utf8Slice.call(bytes, start, end);
}

/** Memory that is not cleared: for what is written before it is read. */
export function allocateBytes(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}
