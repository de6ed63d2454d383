// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

/** A table of testdata, by its path there. */
export function table<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../../../testdata/${path}`, import.meta.url), "utf8")) as T;
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
