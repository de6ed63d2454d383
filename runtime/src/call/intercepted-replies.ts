// SPDX-License-Identifier: Apache-2.0
import type { InterceptedResponse } from "../rpc/interceptor.js";
import { StatusError } from "../rpc/status-error.js";
import { handled, rejection } from "./rejection.js";

/** The call whose replies these are. */
export interface RepliesOwner {
  /** The interceptors' messages have ended; resolves when the status is known. */
  repliesEnded(response: InterceptedResponse): Promise<void>;
  /** The interceptors' messages have failed. */
  repliesFailed(error: StatusError): void;
  /** The consumer has left before the end. */
  repliesLeft(): void;
  readonly failed: boolean;
  failure(): StatusError;
}

type Reply = IteratorResult<unknown, undefined>;

const done: Reply = Object.freeze({ value: undefined, done: true });

/**
 * The replies of a call as its interceptors let them through, for one consumer. When the call is ended from outside,
 * whoever waits is told at once, whatever the interceptors wait for.
 */
export class InterceptedReplies implements AsyncIterable<unknown>, AsyncIterator<unknown, undefined> {
  readonly #response: Promise<InterceptedResponse | undefined>;
  readonly #owner: RepliesOwner;
  readonly #waiting = new Set<(reply: Reply | Promise<never>) => void>();
  #iterator: AsyncIterator<unknown> | undefined;
  #iterated = false;
  #state: "open" | "failed" | "left" = "open";

  /** `response` resolves to undefined when the call ends without any. */
  constructor(response: Promise<InterceptedResponse | undefined>, owner: RepliesOwner) {
    this.#response = response;
    this.#owner = owner;
  }

  /** Whether the consumer waits for a reply now. */
  get awaited(): boolean {
    return this.#waiting.size > 0;
  }

  /** The call was ended from outside. */
  fail(): void {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#answerWaiting(() => rejection(() => this.#owner.failure()));
    this.#returnIterator();
  }

  [Symbol.asyncIterator](): this {
    if (this.#iterated) throw new TypeError("the messages of a call can be iterated once");
    this.#iterated = true;
    return this;
  }

  next(): Promise<Reply> {
    if (this.#state === "failed") return rejection(() => this.#owner.failure());
    if (this.#state === "left") return Promise.resolve(done);
    return new Promise((resolve, reject) => {
      this.#waiting.add(resolve);
      this.#read().then(
        (reply) => {
          this.#waiting.delete(resolve);
          resolve(reply);
        },
        (error: unknown) => {
          this.#waiting.delete(resolve);
          reject(error);
        },
      );
    });
  }

  return(): Promise<Reply> {
    if (this.#state === "open") {
      this.#state = "left";
      this.#owner.repliesLeft();
      this.#answerWaiting(() => done);
      this.#returnIterator();
    }
    return Promise.resolve(done);
  }

  async #read(): Promise<Reply> {
    const response = await this.#response;
    if (response === undefined) throw this.#owner.failure();
    try {
      this.#iterator ??= response.messages[Symbol.asyncIterator]();
      const { done: ended, value } = await this.#iterator.next();
      if (!ended) return { value, done: false };
      await this.#owner.repliesEnded(response);
    } catch (thrown) {
      const error = StatusError.from(thrown);
      this.#owner.repliesFailed(error);
      throw error;
    }
    if (this.#owner.failed) throw this.#owner.failure();
    return done;
  }

  #answerWaiting(answer: () => Reply | Promise<never>): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve(answer());
  }

  // What the interceptors' generators throw when they are told that the call is over has nobody left to hear it.
  #returnIterator(): void {
    const iterator = this.#iterator;
    if (iterator !== undefined) handled((async () => iterator.return?.())());
  }
}
