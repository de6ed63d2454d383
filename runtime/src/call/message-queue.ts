// SPDX-License-Identifier: Apache-2.0
import { type Deferred, deferred } from "./deferred.js";
import { rejection } from "./rejection.js";

/**
 * A hand-over between a producer that pushes and one consumer that iterates. `push` resolves when the consumer has taken
 * the message and asked for the next, so a producer that awaits it holds one message at a time.
 */
export class MessageQueue<T> implements AsyncIterable<T>, AsyncIterator<T, undefined> {
  #items: { readonly message: T; readonly taken: Deferred<void> }[] = [];
  #waiting: Deferred<IteratorResult<T, undefined>>[] = [];
  /** Resolved when the consumer comes back after the message it took. */
  #inHand: Deferred<void> | undefined;
  #state: "open" | "ended" | { readonly reason: () => Error } = "open";
  #abandoned: (() => void) | undefined;

  /** Called once when the consumer leaves before the end. */
  onAbandoned(callback: () => void): void {
    this.#abandoned = callback;
  }

  get ended(): boolean {
    return this.#state !== "open";
  }

  /** Throws after the end. */
  push(message: T): Promise<void> {
    if (this.#state !== "open") {
      throw this.#state === "ended" ? new TypeError("a message was sent after the end") : this.#state.reason();
    }
    const taken = deferred<void>();
    const waiter = this.#waiting.shift();
    if (waiter === undefined) {
      this.#items.push({ message, taken });
    } else {
      this.#inHand = taken;
      waiter.resolve({ value: message, done: false });
    }
    return taken.promise;
  }

  /** What has been pushed is still delivered. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#finish();
  }

  /** The consumer gets the error after what has been pushed; producers who wait get it now. */
  fail(reason: () => Error): void {
    if (this.#state !== "open" && this.#items.length === 0) return;
    this.#state = { reason };
    const items = this.#items;
    this.#items = [];
    for (const { taken } of items) taken.resolve(rejection(reason));
    this.#finish();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    this.#inHand?.resolve();
    this.#inHand = undefined;
    const item = this.#items.shift();
    if (item !== undefined) {
      this.#inHand = item.taken;
      return Promise.resolve({ value: item.message, done: false });
    }
    if (this.#state === "ended") return Promise.resolve({ value: undefined, done: true });
    if (this.#state !== "open") return rejection(this.#state.reason);
    const waiter = deferred<IteratorResult<T, undefined>>();
    this.#waiting.push(waiter);
    return waiter.promise;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    const wasOpen = this.#state === "open";
    this.#state = "ended";
    this.#inHand?.resolve();
    this.#inHand = undefined;
    for (const { taken } of this.#items) taken.resolve();
    this.#items = [];
    this.#finish();
    if (wasOpen) this.#abandoned?.();
    return Promise.resolve({ value: undefined, done: true });
  }

  #finish(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const waiter of waiting) {
      waiter.resolve(
        typeof this.#state === "object" ? rejection(this.#state.reason) : { value: undefined, done: true },
      );
    }
    this.#inHand?.resolve();
    this.#inHand = undefined;
  }
}
