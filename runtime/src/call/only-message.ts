// SPDX-License-Identifier: Apache-2.0

/**
 * The one message of a unary direction as interceptors see it. While nobody iterates it, the call takes the message
 * itself from `message`, and no iterator is made.
 */
export class OnlyMessage implements AsyncIterable<unknown> {
  readonly #read: () => unknown;
  readonly #repeatable: boolean;
  #taken = false;

  /**
   * `read` gives the message, or a promise of it when it has yet to arrive. `repeatable`: every iterator gives it, not
   * the first alone; a request can be sent again.
   */
  constructor(read: () => unknown, repeatable = false) {
    this.#read = read;
    this.#repeatable = repeatable;
  }

  /** Whether somebody has begun to iterate it: it is theirs then. */
  get taken(): boolean {
    return this.#taken;
  }

  /** The message, or a promise of it. */
  message(): unknown {
    return this.#read();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown> {
    if (this.#taken) return;
    this.#taken = !this.#repeatable;
    yield await this.#read();
  }
}
