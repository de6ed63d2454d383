// SPDX-License-Identifier: Apache-2.0
import type { Clock, Timer } from "../rpc/clock.js";

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Timers that have neither fired nor been cancelled. */
  readonly pendingTimers: number;
  /**
   * Moves time on and fires what falls due, in order of time, then of creation; `now()` is each timer's own time while
   * it fires. Timers set meanwhile fire too when they fall due. Throws a RangeError when `ms` is negative.
   */
  advance(ms: number): void;
}

export interface FakeClockOptions {
  /** What `now()` starts at, in milliseconds. Default 0. */
  readonly now?: number | undefined;
  /** What `epochNow()` starts at. Default 2026-01-01T00:00:00Z. */
  readonly epochNow?: number | undefined;
}

const defaultEpochMs = Date.UTC(2026, 0, 1);

/**
 * Makes time a test's own, so that no test sleeps.
 *
 * ```ts
 * const clock = createFakeClock();
 * clock.setTimer(1_000, () => console.log("a second has passed"));
 * clock.advance(1_000);
 * ```
 */
export function createFakeClock(options: FakeClockOptions = {}): FakeClock {
  return new ManualClock(options.now ?? 0, options.epochNow ?? defaultEpochMs);
}

class ManualClock implements FakeClock {
  readonly #timers = new Set<ManualTimer>();
  readonly #epochOffsetMs: number;
  #now: number;

  constructor(now: number, epochNow: number) {
    this.#now = now;
    this.#epochOffsetMs = epochNow - now;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  epochNow(): number {
    return this.#now + this.#epochOffsetMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer: ManualTimer = {
      dueAt: this.#now + Math.max(0, delayMs),
      callback,
      cancel: () => this.#timers.delete(timer),
    };
    this.#timers.add(timer);
    return timer;
  }

  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`time cannot be moved by ${ms} ms`);
    const until = this.#now + ms;
    for (let next = this.#earliest(until); next !== undefined; next = this.#earliest(until)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.dueAt);
      next.callback();
    }
    this.#now = Math.max(this.#now, until);
  }

  #earliest(until: number): ManualTimer | undefined {
    let earliest: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= until && (earliest === undefined || timer.dueAt < earliest.dueAt)) earliest = timer;
    }
    return earliest;
  }
}

interface ManualTimer extends Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}
