// SPDX-License-Identifier: Apache-2.0

/**
 * Runs at most `limit` pieces of asynchronous work at once, the rest in order of arrival. zlib works in libuv's pool of
 * four threads, which file and DNS access share: a flood of messages to inflate must not hold all of it for long.
 */
export class BoundedWork {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Settles as `work` does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      // The slot passes on, so that nobody who comes now overtakes.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
