// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { nodeClock } from "./clock.js";

test("a timer fires once and not before its time", async () => {
  for (const delayMs of [0, 1, 2.5, 7]) {
    const dueAt = nodeClock.now() + delayMs;
    const firedAt = await new Promise<number>((resolve) => nodeClock.setTimer(delayMs, () => resolve(nodeClock.now())));
    expect(firedAt).toBeGreaterThanOrEqual(dueAt);
  }
});

test("a cancelled timer does not fire", async () => {
  nodeClock.setTimer(1, () => expect.unreachable("cancelled")).cancel();
  await new Promise<void>((resolve) => nodeClock.setTimer(5, resolve));
});

test("a delay longer than Node's longest does not fire at once", async () => {
  const timer = nodeClock.setTimer(2 ** 31, () => expect.unreachable("a month too early"));
  await new Promise<void>((resolve) => nodeClock.setTimer(5, resolve));
  timer.cancel();
});

test("a timer does not keep the process alive", () => {
  const timers = () => process.getActiveResourcesInfo().filter((type) => type === "Timeout").length;
  const before = timers();
  const timer = nodeClock.setTimer(60_000, () => undefined);
  expect(timers()).toBe(before);
  timer.cancel();
});

test("the epoch is the system's", () => {
  expect(Math.abs(nodeClock.epochNow() - Date.now())).toBeLessThan(1_000);
});
