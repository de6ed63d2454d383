// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { DynamicTable } from "./dynamic-table.js";
import { field } from "./field.js";

test("the newest entry is at 0, and older ones follow (§2.3.3)", () => {
  const table = new DynamicTable(4096);
  const entries = Array.from({ length: 40 }, (_, i) => field("n", String(i)));
  for (const entry of entries) table.insert(entry);
  for (let i = 0; i < 40; i++) expect(table.at(i)).toBe(entries[39 - i]);
  expect(table.at(40)).toBeUndefined();
});

test("an insertion evicts the oldest until it fits (§4.4)", () => {
  const evicted: [string, number][] = [];
  const table = new DynamicTable(3 * 34, (entry, absolute) => evicted.push([entry.value, absolute]));
  for (const value of ["a", "b", "c", "d"]) table.insert(field("n", value));
  expect(evicted).toEqual([["a", 0]]);
  expect(table.bytes).toBe(3 * 34);
  table.insert(field("n", "x".repeat(35)));
  expect(evicted.slice(1)).toEqual([
    ["b", 1],
    ["c", 2],
  ]);
  expect(table.count).toBe(2);
});

test("an entry of exactly the table's size is kept, a larger one empties it (§4.4)", () => {
  const table = new DynamicTable(64);
  table.insert(field("name", "x".repeat(28)));
  expect(table.count).toBe(1);
  table.insert(field("name", "x".repeat(29)));
  expect([table.count, table.bytes]).toEqual([0, 0]);
});

test("a resize evicts what no longer fits, and 0 empties (§4.3)", () => {
  const table = new DynamicTable(4096);
  for (const value of ["a", "b", "c"]) table.insert(field("n", value));
  table.resize(2 * 34);
  expect([table.at(0)?.value, table.at(1)?.value, table.at(2)]).toEqual(["c", "b", undefined]);
  table.resize(0);
  expect([table.count, table.bytes]).toEqual([0, 0]);
});

test("every insertion, resize and clearing gives another version", () => {
  const table = new DynamicTable(64);
  const versions = [table.version];
  table.insert(field("n", "a"));
  versions.push(table.version);
  table.insert(field("n", "x".repeat(64)));
  versions.push(table.version);
  table.resize(64);
  versions.push(table.version);
  table.clear();
  versions.push(table.version);
  expect(new Set(versions).size).toBe(versions.length);
});
