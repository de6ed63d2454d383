// SPDX-License-Identifier: Apache-2.0
import { nodeClock } from "./clock.js";

/** From when on a turn of the event loop that reads is watched, and for how long it may then go on reading. */
const watchAfterMs = 2;
const maxWatchedMs = 4;

/**
 * Bounds how long received bytes keep the event loop from timers and from each other's sockets, whoever sent them: past
 * it, sockets pause with what they have read and take it up in later turns, in their order.
 */
export class ReadingTurn {
  /** Sockets that hold back what they have read. */
  waiting = 0;
  readonly #now: () => number;
  #watch: "none" | "on" = "none";
  #since = 0;

  /** `now`: monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether what has just been read must wait for a later turn: this one is used up, or others wait already. */
  get mustWait(): boolean {
    return this.waiting > 0 || this.over;
  }

  /** Whether this turn is used up. Asked before each piece of work that input makes. */
  get over(): boolean {
    const now = this.#now();
    if (this.#watch === "on") return now - this.#since > maxWatchedMs;
    if (now - this.#since < watchAfterMs) return false;
    // Short turns follow each other unnoticed until now. From here to the immediate is one turn for certain.
    this.#watch = "on";
    this.#since = now;
    setImmediate(this.#ended);
    return false;
  }

  readonly #ended = () => {
    this.#watch = "none";
    this.#since = this.#now();
  };
}

/** The event loop is one, and so is its turn. */
export const readingTurn = new ReadingTurn(nodeClock.now);
