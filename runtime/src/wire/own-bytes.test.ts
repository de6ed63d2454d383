// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { noBytes, ownBytes } from "./own-bytes.js";

/** Whether what was taken of a chunk is a view of it: then it changes with the chunk. */
function isView(chunk: Uint8Array, start: number, end: number, reused = false): boolean {
  const taken = ownBytes({ bytes: chunk, reused }, start, end);
  expect(taken).toEqual(new Uint8Array(chunk.subarray(start, end)));
  expect(Object.getPrototypeOf(taken)).toBe(Uint8Array.prototype);
  chunk.fill(99);
  const changed = taken.every((octet) => octet === 99);
  if (!changed) expect(taken.includes(99)).toBe(false);
  return changed;
}

describe("bytes of a chunk", () => {
  test("below 4 KiB are copied, from there on viewed", () => {
    expect(isView(new Uint8Array(5000), 10, 10 + 4095)).toBe(false);
    expect(isView(new Uint8Array(5000), 10, 10 + 4096)).toBe(true);
    expect(isView(new Uint8Array(20), 1, 4)).toBe(false);
    expect(isView(new Uint8Array(200), 1, 150)).toBe(false);
  });

  test("below a quarter of the chunk are copied, from there on viewed", () => {
    expect(isView(new Uint8Array(40_000), 0, 9999)).toBe(false);
    expect(isView(new Uint8Array(40_000), 0, 10_000)).toBe(true);
  });

  test("are measured against the memory that they would keep, not the view of it", () => {
    const memory = new Uint8Array(40_000);
    expect(isView(memory.subarray(10, 6000), 5, 5005)).toBe(false);
    expect(isView(memory.subarray(10, 12_000), 5, 10_500)).toBe(true);
  });

  test("are always copied when the chunk is reused", () => {
    for (const length of [1, 100, 4096, 40_000]) expect(isView(new Uint8Array(40_000), 0, length, true)).toBe(false);
  });

  test("of a Buffer are a Uint8Array all the same", () => {
    for (const length of [3, 100, 5000]) {
      expect(isView(Buffer.from(new ArrayBuffer(6000)), 7, 7 + length)).toBe(length === 5000);
    }
  });

  test("of no length are the one empty array", () => {
    expect(ownBytes({ bytes: new Uint8Array(9), reused: false }, 4, 4)).toBe(noBytes);
  });
});
