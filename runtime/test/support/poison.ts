// SPDX-License-Identifier: Apache-2.0
import { expect } from "vitest";
import { BufferOverflow } from "../../src/wire/buffer-overflow.js";
import { Reader } from "../../src/wire/reader.js";

// What may lie behind the end: bytes that end a varint, that begin one, that are a tag, a length, text.
const poisons = [0x00, 0x01, 0x0a, 0x7f, 0x80, 0xff];
const marginBytes = 64;
// A message may be encoded again with this much more at most.
const slackBytes = 160;

/** What reading came to: a value, or the text of the error. */
export type Outcome<T> =
  | { readonly value: T; readonly error?: never }
  | { readonly value?: never; readonly error: string };

/**
 * Reads `bytes` in the midst of other memory, whose content must not matter: neither a read before the start nor one
 * behind the end goes unnoticed. What is read must end at the end.
 */
export function readPoisoned<T>(bytes: Uint8Array, read: (reader: Reader, end: number) => T): Outcome<T> {
  const outcomes = poisons.map((poison) => {
    const memory = new Uint8Array(bytes.length + 2 * marginBytes).fill(poison);
    memory.set(bytes, marginBytes);
    const end = marginBytes + bytes.length;
    return outcomeOf(() => {
      const reader = new Reader(memory, marginBytes, end);
      const value = read(reader, end);
      if (reader.position !== end) throw new Error(`stopped ${end - reader.position} bytes before the end`);
      return value;
    });
  });
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  return outcomes[0] as Outcome<T>;
}

/** The value of `run`, or the text of the Error that it throws. Anything else is thrown on: it would be a defect. */
export function outcomeOf<T>(run: () => T): Outcome<T> {
  try {
    return { value: run() };
  } catch (error) {
    if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) throw error;
    return { error: error.message };
  }
}

/** The bytes that `encode` writes, in a buffer with room to spare. */
export function written(
  encode: (buffer: Uint8Array, position: number) => number,
  start = 0,
  capacity = 4096,
): Uint8Array {
  const buffer = new Uint8Array(start + capacity);
  return buffer.slice(start, encode(buffer, start));
}

/**
 * Encodes into buffers of every size up to the one that must do. Each gives the expected bytes or asks for more than it
 * has, and none is written past its end.
 */
export function expectNoOverrun(encode: (buffer: Uint8Array, position: number) => number, expected: Uint8Array): void {
  const start = 3;
  for (let capacity = 0; capacity <= expected.length + slackBytes; capacity++) {
    const memory = new Uint8Array(marginBytes + start + capacity + marginBytes).fill(0xa5);
    const from = marginBytes + start;
    const buffer = memory.subarray(marginBytes, from + capacity);
    const end = encodedEnd(encode, buffer, start);
    if (end === "overflow") expect(capacity).toBeLessThan(expected.length + slackBytes);
    else expect(memory.slice(from, marginBytes + end)).toEqual(expected);
    expect(memory.findLastIndex((octet) => octet !== 0xa5)).toBeLessThan(from + capacity);
    expect(memory.subarray(0, from).every((octet) => octet === 0xa5)).toBe(true);
  }
}

function encodedEnd(
  encode: (buffer: Uint8Array, position: number) => number,
  buffer: Uint8Array,
  start: number,
): number | "overflow" {
  try {
    return encode(buffer, start);
  } catch (error) {
    if (!(error instanceof BufferOverflow)) throw error;
    // Asked again with what it asked for, it does not ask for the same.
    expect(error.neededBytes).toBeGreaterThan(buffer.length);
    return "overflow";
  }
}
