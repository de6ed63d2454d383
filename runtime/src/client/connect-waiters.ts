// SPDX-License-Identifier: Apache-2.0

interface Waiter {
  resolve(): void;
  reject(reason: unknown): void;
  /** Takes the listener off the signal. */
  unlink(): void;
}

/** Those who await `connect()`. */
export class ConnectWaiters {
  readonly #waiters = new Set<Waiter>();

  get size(): number {
    return this.#waiters.size;
  }

  /** Settles with `resolve` or `reject`, or rejects with the signal's reason when it aborts first. */
  add(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = () => {
        this.#waiters.delete(waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        resolve,
        reject,
        unlink: () => signal?.removeEventListener("abort", aborted),
      };
      signal?.addEventListener("abort", aborted, { once: true });
      this.#waiters.add(waiter);
    });
  }

  resolve(): void {
    for (const waiter of this.#take()) waiter.resolve();
  }

  reject(reason: () => unknown): void {
    for (const waiter of this.#take()) waiter.reject(reason());
  }

  #take(): readonly Waiter[] {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.unlink();
    return waiters;
  }
}
