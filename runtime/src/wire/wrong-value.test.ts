// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { checkMessage, requiredFieldNotSet, wrongValue } from "./wrong-value.js";

class Account {}

test.each([
  [3_000_000_000, "3000000000"],
  [-0.5, "-0.5"],
  [Number.NaN, "NaN"],
  [5n, "5n"],
  [true, "true"],
  [undefined, "undefined"],
  [null, "null"],
  ["text", '"text"'],
  ['quoted "text"', '"quoted \\"text\\""'],
  ["x".repeat(41), "a string of 41 characters"],
  [[1, 2, 3], "an array of 3"],
  [{}, "an object (Object)"],
  [new Account(), "an object (Account)"],
  [Object.create(null), "an object (no class)"],
  [{ $typeName: "demo.v1.Role" }, "a demo.v1.Role"],
  [() => 1, "a function"],
  [Symbol("s"), "a symbol"],
])("%s is described as %s", (value, described) => {
  expect(wrongValue("demo.v1.User.age", "an int32", value)).toEqual(
    new TypeError(`demo.v1.User.age: expected an int32, got ${described}`),
  );
});

test("a required field is named", () => {
  expect(requiredFieldNotSet("demo.v1.User.id")).toEqual(new TypeError("demo.v1.User.id: required, but not set"));
});

test("a message is an object that is not a message of another type", () => {
  const check = (value: unknown) => () => checkMessage(value as never, "demo.v1.User");
  expect(check({})).not.toThrow();
  expect(check({ $typeName: "demo.v1.User" })).not.toThrow();
  expect(check({ $typeName: undefined })).not.toThrow();
  expect(check({ $typeName: "demo.v1.Role" })).toThrow("demo.v1.User: expected a message, got a demo.v1.Role");
  expect(check(undefined)).toThrow("demo.v1.User: expected a message, got undefined");
  expect(check(null)).toThrow("demo.v1.User: expected a message, got null");
  expect(check("User")).toThrow('demo.v1.User: expected a message, got "User"');
  expect(check(() => ({}))).toThrow("demo.v1.User: expected a message, got a function");
  expect(check([])).toThrow("demo.v1.User: expected a message, got an array of 0");
  expect(check(Promise.resolve())).toThrow("demo.v1.User: expected a message, got an object (Promise)");
});
