// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { RateLimit } from "./rate-limit.js";

test("a full bucket allows its burst, then its rate", () => {
  const limit = new RateLimit(3, 10, 0);
  expect([limit.take(0), limit.take(0), limit.take(0), limit.take(0)]).toEqual([true, true, true, false]);
  expect([limit.take(99), limit.take(100), limit.take(100)]).toEqual([false, true, false]);
  expect([1_000_000, 1_000_000, 1_000_000, 1_000_000].map((now) => limit.take(now))).toEqual([true, true, true, false]);
});

test("a token given back is worth one more, within the burst", () => {
  const limit = new RateLimit(1, 0, 0);
  limit.give();
  expect([limit.take(0), limit.take(0)]).toEqual([true, false]);
  limit.give();
  expect(limit.take(0)).toBe(true);
});
