// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { readPoisoned } from "../../test/support/poison.js";
import { readWrapped } from "./wrapper.js";

const read = (current: number, ...octets: number[]) =>
  readPoisoned(Uint8Array.from(octets), (reader) => readWrapped(reader, current, 8, (inner) => inner.int32()));

test("the value of a wrapper is its field, the last one", () => {
  expect(read(0, 2, 8, 5)).toEqual({ value: 5 });
  expect(read(0, 4, 8, 5, 8, 6)).toEqual({ value: 6 });
});

test("a wrapper without value keeps what the field held", () => {
  expect(read(3, 0)).toEqual({ value: 3 });
});

test("unknown fields and foreign wire types are passed over", () => {
  expect(read(3, 10, 16, 1, 10, 1, 97, 13, 1, 2, 3, 4)).toEqual({ value: 3 });
  expect(read(3, 6, 19, 8, 9, 20, 8, 7)).toEqual({ value: 7 });
});

test("a wrapper must end at its end", () => {
  expect(read(0, 1, 8, 5).error).toMatch("a message that ends behind its length");
  expect(read(0, 3, 8, 5).error).toMatch("a length of 3 with 2 bytes left");
  expect(read(0, 1, 12).error).toMatch("wire type 4");
});
