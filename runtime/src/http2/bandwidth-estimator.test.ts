// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { BandwidthEstimator } from "./bandwidth-estimator.js";

function sample(estimator: BandwidthEstimator, bytes: number, ms: number, windowBytes: number): number {
  estimator.start(0);
  estimator.receive(bytes);
  return estimator.finish(ms, windowBytes);
}

test("a sample of a third of the window, faster than before, doubles it", () => {
  const estimator = new BandwidthEstimator();
  expect(sample(estimator, 299, 20, 900)).toBe(900);
  expect(sample(estimator, 300, 20, 900)).toBe(1_800);
  expect(sample(estimator, 600, 40, 1_800)).toBe(1_800);
  expect(sample(estimator, 601, 40, 1_800)).toBe(3_600);
  expect(estimator.sampling).toBe(false);
});

test("a window that the link has carried in less than 4 ms doubles without being faster, once it is used up", () => {
  const estimator = new BandwidthEstimator();
  expect(sample(estimator, 900, 1, 900)).toBe(1_800);
  expect(sample(estimator, 600, 6, 1_800)).toBe(3_600);
  expect(sample(estimator, 1_000, 6, 3_600)).toBe(3_600);
  expect(sample(estimator, 6_000, 60, 3_599)).toBe(7_198);
  expect(sample(estimator, 6_000, 60, 3_600)).toBe(3_600);
});

test("an answer within the clock's resolution is no division by zero", () => {
  expect(sample(new BandwidthEstimator(), 300, 0, 900)).toBe(1_800);
});
