// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import type { Clock } from "../rpc/clock.js";
import { TimerWheel, WheelTimer } from "./timer-wheel.js";

class Probe extends WheelTimer {
  firedAt = -1;
  readonly clock: { time: number };
  constructor(clock: { time: number }) {
    super();
    this.clock = clock;
  }
  override timeReached(): void {
    this.firedAt = this.clock.time;
  }
}

function handClock() {
  const pending = new Set<{ at: number; callback: () => void }>();
  const clock = {
    time: 1000.4,
    timers: pending,
    now: () => clock.time,
    epochNow: () => clock.time,
    setTimer(delayMs: number, callback: () => void) {
      const timer = { at: clock.time + delayMs, callback };
      pending.add(timer);
      return { cancel: () => pending.delete(timer) };
    },
    advanceTo(time: number) {
      for (;;) {
        const due = [...pending].filter((timer) => timer.at <= time).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        pending.delete(due);
        clock.time = Math.max(clock.time, due.at);
        due.callback();
      }
      clock.time = time;
    },
  };
  return clock satisfies Clock;
}

describe("TimerWheel", () => {
  for (const delayMs of [0.2, 1, 7, 255, 256, 257, 1000, 65_535, 65_536, 70_001, 20_000_000, 3e9, 5e9]) {
    test(`a timer of ${delayMs} ms fires at its time and not before`, () => {
      const clock = handClock();
      const wheel = new TimerWheel(clock);
      const probe = new Probe(clock);
      const start = clock.time;
      wheel.set(probe, start + delayMs);
      clock.advanceTo(start + delayMs - 0.1);
      expect(probe.firedAt).toBe(-1);
      clock.advanceTo(start + delayMs + 2);
      expect(probe.firedAt).toBeGreaterThanOrEqual(start + delayMs);
      expect(probe.firedAt).toBeLessThanOrEqual(start + delayMs + 2);
      expect(clock.timers.size).toBe(0);
    });
  }

  test("a cleared timer never fires and leaves no platform timer behind", () => {
    const clock = handClock();
    const wheel = new TimerWheel(clock);
    const probe = new Probe(clock);
    wheel.set(probe, clock.time + 50);
    wheel.clear(probe);
    expect(wheel.size).toBe(0);
    expect(clock.timers.size).toBe(0);
    clock.advanceTo(clock.time + 100);
    expect(probe.firedAt).toBe(-1);
  });

  test("ten thousand random timers, half of them cleared, fire in their own millisecond", () => {
    const clock = handClock();
    const wheel = new TimerWheel(clock);
    let seed = 7;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    const probes: { probe: Probe; dueMs: number; cleared: boolean }[] = [];
    for (let round = 0; round < 100; round++) {
      for (let i = 0; i < 100; i++) {
        const probe = new Probe(clock);
        const dueMs = clock.time + random() ** 4 * 300_000;
        wheel.set(probe, dueMs);
        probes.push({ probe, dueMs, cleared: false });
      }
      for (let i = 0; i < 50; i++) {
        const victim = probes[Math.floor(random() * probes.length)];
        if (victim.probe.firedAt === -1) {
          wheel.clear(victim.probe);
          victim.cleared = true;
        }
      }
      clock.advanceTo(clock.time + random() * 5000);
    }
    clock.advanceTo(clock.time + 400_000);
    for (const { probe, dueMs, cleared } of probes) {
      if (cleared) expect(probe.firedAt).toBe(-1);
      else expect(probe.firedAt - dueMs).toBeGreaterThanOrEqual(0);
      if (!cleared) expect(probe.firedAt - dueMs).toBeLessThanOrEqual(2);
    }
    expect(wheel.size).toBe(0);
  });
});
