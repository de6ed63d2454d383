// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { Code, type Code as CodeType } from "./code.js";
import * as libraryStatuses from "./library-status.js";
import type { Status } from "./status.js";

// Arguments that fit every function there is.
const made = Object.entries(libraryStatuses).map(([name, value]): [string, Status] => {
  if (typeof value !== "function") return [name, value];
  if (name === "libraryStatus") return [name, libraryStatuses.libraryStatus(Code.INTERNAL, "words")];
  return [name, (value as (...args: unknown[]) => Status)("bytes", "unary")];
});

test("the library makes only codes that are the library's to make (gRPC statuscodes)", () => {
  const applications: readonly CodeType[] = [
    Code.OK,
    Code.INVALID_ARGUMENT,
    Code.NOT_FOUND,
    Code.ALREADY_EXISTS,
    Code.FAILED_PRECONDITION,
    Code.ABORTED,
    Code.OUT_OF_RANGE,
    Code.DATA_LOSS,
  ];
  expect(made.filter(([, status]) => applications.includes(status.code))).toEqual([]);
});

test.each(made)("%s is frozen and has words without a full stop or a capital", (_, status) => {
  expect(Object.isFrozen(status)).toBe(true);
  expect(status.details).toEqual([]);
  expect(status.message).toMatch(/^[a-z].*[^.]$/);
});

test("a deadline's words round to a microsecond", () => {
  expect(libraryStatuses.deadlineExceededAfter(0.1 + 0.2).message).toBe("deadline exceeded after 0.3 ms");
});

test("a cancellation says its reason when there is one", () => {
  const messages = [undefined, "", new Error("gone"), "done"].map(
    (reason) => libraryStatuses.cancelledLocally(reason).message,
  );
  expect(messages).toEqual(["cancelled", "cancelled", "cancelled: gone", "cancelled: done"]);
});
