// SPDX-License-Identifier: Apache-2.0
import { MessageQueue } from "./message-queue.js";

/** A stream of replies that callbacks feed: return it from a streaming handler. */
export interface Outbox<T> extends AsyncIterable<T> {
  /** Resolves when the message has been taken and flow control lets the next one follow. Rejects, already handled, once the call is over. */
  send(message: T): Promise<void>;
  /** No more messages: the call ends OK when those sent have left. */
  end(): void;
  /** The call ends with this error, a StatusError for a status of your choice. */
  fail(error: Error): void;
  /** False once the consumer has left or the end was stated. */
  readonly open: boolean;
}

/** Makes an outbox: `const out = createOutbox<User>(); void out.send(user); out.end(); return out;` */
export function createOutbox<T>(): Outbox<T> {
  const queue = new MessageQueue<T>();
  return {
    send(message) {
      try {
        const sending = queue.push(message);
        sending.catch(() => {}); // Told to whoever awaits it; a caller that does not must not crash the process.
        return sending;
      } catch (error) {
        const failed = Promise.reject(error);
        failed.catch(() => {}); // As above.
        return failed;
      }
    },
    end: () => queue.end(),
    fail: (error) => queue.fail(() => error),
    get open() {
      return !queue.ended;
    },
    [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator](),
  };
}
