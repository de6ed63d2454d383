// SPDX-License-Identifier: Apache-2.0

/** Time, supplied from outside: the platform's, or a test's that is moved by hand. */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary start; never goes back. */
  now(): number;
  /** Milliseconds since the epoch, for deadlines that users state as a date. */
  epochNow(): number;
  /** Calls back once, after at least `delayMs` (any length: delays past 2^31 - 1 ms are chained). Does not keep the process alive. */
  setTimer(delayMs: number, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}
