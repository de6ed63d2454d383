// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { fitSlope } from "./slope.js";

test("a line has its own slope, and noise about a level has none", () => {
  expect(fitSlope([1, 3, 5, 7])).toBeCloseTo(2);
  expect(fitSlope([4, 4, 4])).toBe(0);
  expect(fitSlope([1, -1, -1, 1])).toBeCloseTo(0);
});
