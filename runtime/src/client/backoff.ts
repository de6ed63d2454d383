// SPDX-License-Identifier: Apache-2.0

/** How long a channel waits between attempts to connect, counted from the start of each (gRPC connection-backoff). */
export interface Backoff {
  /** After the first failure. Default 1,000 ms. */
  readonly initialMs?: number | undefined;
  /** Growth from failure to failure. Default 1.6. */
  readonly multiplier?: number | undefined;
  /** How far each wait is moved at random, as a part of it, either way. Default 0.2. */
  readonly jitter?: number | undefined;
  /** The longest wait, before jitter. Default 120,000 ms. */
  readonly maxMs?: number | undefined;
}

/** A backoff with every value set. */
export interface ResolvedBackoff {
  readonly initialMs: number;
  readonly multiplier: number;
  readonly jitter: number;
  readonly maxMs: number;
}

export const defaultBackoff: ResolvedBackoff = { initialMs: 1_000, multiplier: 1.6, jitter: 0.2, maxMs: 120_000 };

/** The waits of one subchannel. */
export class BackoffSequence {
  readonly #backoff: ResolvedBackoff;
  readonly #random: () => number;
  #currentMs: number;

  /** `random` gives numbers from 0 up to 1. */
  constructor(backoff: ResolvedBackoff, random: () => number) {
    this.#backoff = backoff;
    this.#random = random;
    this.#currentMs = backoff.initialMs;
  }

  /** The next wait in milliseconds; the one after it is longer. */
  next(): number {
    const { jitter, multiplier, maxMs } = this.#backoff;
    const currentMs = Math.min(this.#currentMs, maxMs);
    this.#currentMs = Math.min(currentMs * multiplier, maxMs);
    return currentMs * (1 + jitter * (2 * this.#random() - 1));
  }

  /** Starts over: the server has sent its SETTINGS (gRPC connection-backoff). */
  reset(): void {
    this.#currentMs = this.#backoff.initialMs;
  }
}
