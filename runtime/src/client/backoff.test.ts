// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { BackoffSequence, defaultBackoff } from "./backoff.js";

const waits = (random: number, count: number) => {
  const sequence = new BackoffSequence(defaultBackoff, () => random);
  return Array.from({ length: count }, () => Math.round(sequence.next()));
};

test("waits start at 1 s and grow by 1.6 to 120 s (gRPC connection-backoff)", () => {
  expect(waits(0.5, 13)).toEqual([
    1000, 1600, 2560, 4096, 6554, 10486, 16777, 26844, 42950, 68719, 109951, 120000, 120000,
  ]);
});

test("jitter moves each wait by up to 20 % either way", () => {
  expect(waits(0, 3)).toEqual([800, 1280, 2048]);
  expect(waits(1, 3)).toEqual([1200, 1920, 3072]);
});

test("reset starts over", () => {
  const sequence = new BackoffSequence(defaultBackoff, () => 0.5);
  sequence.next();
  sequence.next();
  sequence.reset();
  expect(sequence.next()).toBe(1000);
});
