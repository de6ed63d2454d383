// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { createFakeClock } from "./fake-clock.js";

test("timers fire in order of time, then of creation, at their own time", () => {
  const clock = createFakeClock({ now: 5 });
  const fired: [string, number][] = [];
  for (const [name, delayMs] of [
    ["c", 30],
    ["a", 10],
    ["b", 10],
  ] as const) {
    clock.setTimer(delayMs, () => fired.push([name, clock.now()]));
  }
  clock.advance(29);
  expect(fired).toEqual([
    ["a", 15],
    ["b", 15],
  ]);
  clock.advance(1);
  expect(fired.at(-1)).toEqual(["c", 35]);
  expect(clock.now()).toBe(35);
  expect(clock.pendingTimers).toBe(0);
});

test("a timer set by a timer fires in the same advance when it falls due", () => {
  const clock = createFakeClock();
  const times: number[] = [];
  const tick = () => {
    times.push(clock.now());
    if (times.length < 3) clock.setTimer(10, tick);
  };
  clock.setTimer(10, tick);
  clock.advance(100);
  expect(times).toEqual([10, 20, 30]);
});

test("a cancelled timer does not fire, and the epoch moves with time", () => {
  const clock = createFakeClock({ epochNow: 1_000 });
  clock.setTimer(10, () => expect.unreachable("cancelled")).cancel();
  clock.advance(50);
  expect(clock.epochNow()).toBe(1_050);
});

test("time does not go back", () => {
  expect(() => createFakeClock().advance(-1)).toThrow("time cannot be moved by -1 ms");
});
