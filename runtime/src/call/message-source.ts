// SPDX-License-Identifier: Apache-2.0
import type { Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import { handled } from "./rejection.js";

/** What messages to send may come in. */
export type Messages = AsyncIterable<unknown> | Iterable<unknown>;

type AnyIterator = AsyncIterator<unknown> | Iterator<unknown>;

/**
 * An iterable whose messages are sent one by one. It is told once, by its iterator's `return`, when no more are wanted,
 * even while it is being waited for: whoever feeds it from callbacks would never learn of it otherwise.
 */
export class MessageSource {
  readonly #messages: Messages;
  #iterator: AnyIterator | undefined;
  #state: "idle" | "stepping" | "waiting" | "over" = "idle";
  #wanted: "more" | "none" = "more";
  #leaving: Promise<void> | undefined;
  readonly #notIterable: string;

  /** `notIterable`: what to say when the messages are no iterable. */
  constructor(messages: Messages, notIterable = "messages must be an iterable or an async iterable") {
    this.#messages = messages;
    this.#notIterable = notIterable;
  }

  /** The next message. Rejects with what the iterable fails with, and with a TypeError when it is no iterable. */
  async next(): Promise<IteratorResult<unknown, unknown>> {
    try {
      const result = await this.step();
      this.stepped(result.done);
      return result;
    } catch (error) {
      this.stepped(true);
      throw error;
    }
  }

  /**
   * As `next`, but throws instead where it can; say `stepped` once it has settled. For the function that waits itself: a
   * stream that is idle keeps every function that waits.
   */
  step(): Promise<IteratorResult<unknown, unknown>> | IteratorResult<unknown, unknown> {
    const iterator = this.#open();
    this.#state = "stepping";
    const step = iterator.next();
    this.#state = "waiting";
    if (this.#wanted === "none") handled(this.leave());
    return step;
  }

  /** The step has settled: that was the end, by `done` or by an error. */
  stepped(over: boolean | undefined): void {
    this.#state = over ? "over" : "idle";
  }

  /** The one message there is to be; throws the status that says of none, or of more than one. */
  async only(missing: Status, repeated: Status): Promise<unknown> {
    const first = await this.next();
    if (first.done) throw new StatusError(missing.code, missing.message);
    const second = await this.next();
    if (second.done) return first.value;
    handled(this.leave());
    throw new StatusError(repeated.code, repeated.message);
  }

  /** No more are wanted. Rejects with what the iterable fails with while it is told so. */
  leave(): Promise<void> {
    this.#wanted = "none";
    // A generator cannot be told while it runs: it is told when it has given way.
    if (this.#leaving === undefined && this.#state !== "over" && this.#state !== "stepping") {
      this.#leaving = this.#return();
    }
    return this.#leaving ?? Promise.resolve();
  }

  /** The messages that are left, for interceptors. */
  iterable(): AsyncIterable<unknown> {
    const iterator: AsyncIterator<unknown> = {
      next: () => this.next(),
      return: async () => {
        await this.leave();
        return { value: undefined, done: true };
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }

  async #return(): Promise<void> {
    await this.#open().return?.();
  }

  #open(): AnyIterator {
    this.#iterator ??= this.#iterate();
    return this.#iterator;
  }

  #iterate(): AnyIterator {
    const messages = this.#messages;
    if (typeof messages === "object" && messages !== null) {
      if (Symbol.asyncIterator in messages) return messages[Symbol.asyncIterator]();
      if (Symbol.iterator in messages) return messages[Symbol.iterator]();
    }
    throw new TypeError(this.#notIterable);
  }
}
