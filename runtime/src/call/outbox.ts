// SPDX-License-Identifier: Apache-2.0
import { MessageQueue } from "./message-queue.js";

/** A stream of messages that callbacks feed: return it from a streaming handler, or give it to a call as its requests. */
export interface Outbox<T> extends AsyncIterable<T> {
  /** Resolves when the message has been taken and flow control lets the next one follow. Rejects, already handled, after the end and once the call is over. */
  send(message: T): Promise<void>;
  /** No more messages: the call ends OK when those sent have left. The first end counts. */
  end(): void;
  /** The call ends with this error, a StatusError for a status of your choice, when the messages sent before it have left. */
  fail(error: Error): void;
  /** False once the call is over or the end was stated. */
  readonly open: boolean;
}

/** Makes an outbox: `const out = createOutbox<User>(); void out.send(user); out.end(); return out;` */
export function createOutbox<T>(): Outbox<T> {
  const queue = new MessageQueue<T>();
  return {
    send: (message) => queue.push(message),
    end: () => queue.end(),
    fail: (error) => queue.fail(() => error),
    get open() {
      return queue.open;
    },
    [Symbol.asyncIterator]: () => queue,
  };
}
