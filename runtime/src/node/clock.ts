// SPDX-License-Identifier: Apache-2.0
import { clearTimeout, setTimeout } from "node:timers";
import type { Clock, Timer } from "../rpc/clock.js";

// A longer delay would fire at once: Node keeps it in a signed 32-bit integer.
const maxTimerDelayMs = 2 ** 31 - 1;

/** The platform's time. Timers never fire early by `now()`, and never keep the process alive. */
export const nodeClock: Clock = {
  now: () => performance.now(),
  epochNow: () => Date.now(),
  setTimer: (delayMs, callback) => new NodeTimer(delayMs, callback),
};

class NodeTimer implements Timer {
  readonly #dueAt: number;
  readonly #callback: () => void;
  #handle: NodeJS.Timeout | undefined;

  constructor(delayMs: number, callback: () => void) {
    this.#dueAt = performance.now() + delayMs;
    this.#callback = callback;
    this.#arm(delayMs);
  }

  cancel(): void {
    clearTimeout(this.#handle);
    this.#handle = undefined;
  }

  #arm(delayMs: number): void {
    this.#handle = setTimeout(() => this.#fire(), Math.min(Math.ceil(delayMs), maxTimerDelayMs));
    this.#handle.unref();
  }

  #fire(): void {
    // Node measures from the start of the loop's turn, so it may be a fraction of a millisecond early.
    const remainingMs = this.#dueAt - performance.now();
    if (remainingMs > 0) {
      this.#arm(remainingMs);
      return;
    }
    this.#handle = undefined;
    this.#callback();
  }
}
