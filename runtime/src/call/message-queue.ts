// SPDX-License-Identifier: Apache-2.0
import { callIsOver } from "../rpc/library-status.js";
import { StatusError } from "../rpc/status-error.js";
import { type Deferred, deferred } from "./deferred.js";
import { handled, rejection } from "./rejection.js";

interface Pushed<T> {
  readonly message: T;
  readonly taken: Deferred<void>;
}

/**
 * A hand-over between a producer that pushes and one consumer that iterates. `push` resolves when the consumer has taken
 * the message and asked for the next, so a producer that awaits it holds one message at a time. Its rejections are
 * handled: a producer that does not await loses nothing but the news.
 */
export class MessageQueue<T> implements AsyncIterable<T>, AsyncIterator<T, undefined> {
  #items: Pushed<T>[] = [];
  #waiting: Deferred<IteratorResult<T, undefined>>[] = [];
  /** Resolved when the consumer comes back after the message it took. */
  #inHand: Deferred<void> | undefined;
  /** "left": the consumer wants no more. */
  #state: "open" | "ended" | "left" | { readonly reason: () => Error } = "open";

  get open(): boolean {
    return this.#state === "open";
  }

  /** Rejects after the end. */
  push(message: T): Promise<void> {
    if (this.#state !== "open") return handled(rejection(this.#refusal()));
    const taken = deferred<void>();
    const waiter = this.#waiting.shift();
    if (waiter === undefined) {
      this.#items.push({ message, taken });
    } else {
      this.#inHand = taken;
      waiter.resolve({ value: message, done: false });
    }
    return handled(taken.promise);
  }

  /** What has been pushed is still delivered. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#answerWaiting();
  }

  /** The consumer gets the error after what has been pushed. Does nothing after an end. */
  fail(reason: () => Error): void {
    if (this.#state !== "open") return;
    this.#state = { reason };
    this.#answerWaiting();
  }

  /** Nobody will take any more: producers who wait get the error now, and so does the consumer. */
  drop(reason: () => Error): void {
    if (this.#state === "left") return;
    this.#state = { reason };
    this.#letGo(reason);
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
    if (typeof this.#state === "object") return rejection(this.#state.reason);
    if (this.#state !== "open") return Promise.resolve({ value: undefined, done: true });
    const waiter = deferred<IteratorResult<T, undefined>>();
    this.#waiting.push(waiter);
    return waiter.promise;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    if (this.#state !== "left") {
      this.#state = "left";
      this.#letGo(overError);
    }
    return Promise.resolve({ value: undefined, done: true });
  }

  #refusal(): () => Error {
    if (typeof this.#state === "object") return this.#state.reason;
    return this.#state === "left" ? overError : () => new TypeError("a message was sent after the end");
  }

  #letGo(reason: () => Error): void {
    this.#inHand?.resolve();
    this.#inHand = undefined;
    const items = this.#items;
    this.#items = [];
    for (const { taken } of items) taken.resolve(rejection(reason));
    this.#answerWaiting();
  }

  // Whoever waits has taken all there was.
  #answerWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const state = this.#state;
    for (const waiter of waiting) {
      waiter.resolve(typeof state === "object" ? rejection(state.reason) : { value: undefined, done: true });
    }
  }
}

function overError(): StatusError {
  return new StatusError(callIsOver.code, callIsOver.message);
}
