// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { isSameMessage, messageDifference } from "./same-message.js";

const withDefaults = (own: object, defaults: object) => Object.assign(Object.create(defaults), own);

test("messages are the same when their properties are, NaN and all", () => {
  const message = () => ({ a: Number.NaN, b: [1n, { c: Uint8Array.of(1) }], d: undefined });
  expect(isSameMessage(message(), message())).toBe(true);
});

test("0 is not -0, and an own undefined is not an absent property", () => {
  expect(isSameMessage({ a: 0 }, { a: -0 })).toBe(false);
  expect(isSameMessage({ a: undefined }, {})).toBe(false);
  expect(isSameMessage({ a: undefined }, { b: undefined })).toBe(false);
});

test("prototypes of defaults are compared by what they hold", () => {
  expect(isSameMessage(withDefaults({ a: 1 }, { b: 2 }), withDefaults({ a: 1 }, { b: 2 }))).toBe(true);
  expect(isSameMessage(withDefaults({ a: 1 }, { b: 2 }), withDefaults({ a: 1 }, { b: 3 }))).toBe(false);
  expect(isSameMessage(withDefaults({ a: 1 }, { b: 2 }), { a: 1 })).toBe(false);
});

test("bytes differ from a list of the same numbers", () => {
  expect(isSameMessage(Uint8Array.of(1, 2), [1, 2])).toBe(false);
  expect(isSameMessage(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
});

test("a difference is told by its path", () => {
  expect(messageDifference({ a: { b: [1, 2n] } }, { a: { b: [1, 3n] } })).toBe("a.b.1: 2n, not 3n");
  expect(messageDifference({ a: 1 }, { a: 1, b: undefined })).toBe("b: undefined, not undefined (own: false)");
});
