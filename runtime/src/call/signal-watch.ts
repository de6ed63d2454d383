// SPDX-License-Identifier: Apache-2.0

/** A call that ends with its caller's signal. */
export interface SignalOwner {
  signalAborted(reason: unknown): void;
}

const watches = new WeakMap<AbortSignal, SignalWatch>();

/** Tells the owner once when the signal aborts; with the same signal for many calls it has one listener all the same. */
export function watchSignal(signal: AbortSignal, owner: SignalOwner): void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    watch = new SignalWatch(signal);
    watches.set(signal, watch);
  }
  watch.add(owner);
}

/** Takes it back. The last one takes the listener away. */
export function unwatchSignal(signal: AbortSignal, owner: SignalOwner): void {
  watches.get(signal)?.delete(owner);
}

class SignalWatch {
  readonly #signal: AbortSignal;
  readonly #owners = new Set<SignalOwner>();
  readonly #aborted = (): void => {
    const owners = [...this.#owners];
    this.#owners.clear();
    for (const owner of owners) owner.signalAborted(this.#signal.reason);
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(owner: SignalOwner): void {
    if (this.#owners.size === 0) this.#signal.addEventListener("abort", this.#aborted, { once: true });
    this.#owners.add(owner);
  }

  delete(owner: SignalOwner): void {
    if (!this.#owners.delete(owner) || this.#owners.size > 0) return;
    this.#signal.removeEventListener("abort", this.#aborted);
  }
}
