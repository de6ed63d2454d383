// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { boolKey, mapValues, numberKey, setEntry } from "./map.js";

test("__proto__ is a key like any other", () => {
  const map: Record<string, number> = {};
  setEntry(map, "__proto__", 1);
  setEntry(map, "__proto__", 2);
  expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
  expect(Object.entries(map)).toEqual([["__proto__", 2]]);
  const doubled = mapValues(map, (value) => value * 2);
  expect(Object.getPrototypeOf(doubled)).toBe(Object.prototype);
  expect(Object.entries(doubled)).toEqual([["__proto__", 4]]);
});

test("keys of every type become text", () => {
  const map: Record<string, string> = {};
  for (const key of ["a", -1, 2n ** 64n - 1n, true]) setEntry(map, key, typeof key);
  expect(map).toEqual({ a: "string", "-1": "number", "18446744073709551615": "bigint", true: "boolean" });
});

test("values of a map are made anew", () => {
  const value = { n: 1 };
  const map = { a: value };
  const made = mapValues(map, ({ n }) => ({ n: n + 1 }));
  expect([made, map]).toEqual([{ a: { n: 2 } }, { a: { n: 1 } }]);
});

test("a bool's key is true or false", () => {
  expect([boolKey("true", "f"), boolKey("false", "f")]).toEqual([true, false]);
  expect(() => boolKey("1", "p.M.f")).toThrow(new TypeError('p.M.f key: expected "true" or "false", got "1"'));
});

test("a number's key is its text", () => {
  expect([numberKey("0", "f"), numberKey("-7", "f"), numberKey("4294967295", "f")]).toEqual([0, -7, 4294967295]);
  for (const key of ["", "x", "1n", "__proto__"]) expect(() => numberKey(key, "p.M.f")).toThrow("p.M.f key: expected ");
});
