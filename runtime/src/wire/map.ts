// SPDX-License-Identifier: Apache-2.0
import { wrongValue } from "./wrong-value.js";

/** Sets an entry of a map. A plain assignment of `__proto__` would change the prototype. */
export function setEntry<T>(map: Record<string, T>, key: string | number | bigint | boolean, value: T): void {
  if (key === "__proto__") {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    map[key as string] = value;
  }
}

/** A map with every value made anew. */
export function mapValues<T, U>(map: Readonly<Record<string, T>>, make: (value: T) => U): Record<string, U> {
  const made: Record<string, U> = {};
  for (const key of Object.keys(map)) setEntry(made, key, make(map[key] as T));
  return made;
}

/** The bool that a map's key stands for: an object has only text as keys. */
export function boolKey(key: string, field: string): boolean {
  if (key === "true") return true;
  if (key === "false") return false;
  throw wrongValue(`${field} key`, '"true" or "false"', key);
}

/** The number that a map's key stands for; the writer of its type checks the range. */
export function numberKey(key: string, field: string): number {
  const number = key === "" ? Number.NaN : Number(key);
  if (Number.isNaN(number)) throw wrongValue(`${field} key`, "an integer", key);
  return number;
}
