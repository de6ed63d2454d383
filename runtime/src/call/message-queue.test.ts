// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { settled } from "../../test/support/fake-platform.js";
import { Code } from "../rpc/code.js";
import { MessageQueue } from "./message-queue.js";

/** What has become of a promise, after all that can move has. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = "pending";
  promise.then(
    () => {
      state = "resolved";
    },
    (error: Error) => {
      state = `rejected: ${error.message}`;
    },
  );
  await settled();
  return state;
}

test("push resolves when the consumer has taken the message and comes back", async () => {
  const queue = new MessageQueue<number>();
  const pushed = queue.push(1);
  expect(await stateOf(pushed)).toBe("pending");
  expect(await queue.next()).toEqual({ value: 1, done: false });
  expect(await stateOf(pushed)).toBe("pending");
  const next = queue.next();
  expect(await stateOf(pushed)).toBe("resolved");
  const second = queue.push(2);
  expect(await next).toEqual({ value: 2, done: false });
  expect(await stateOf(second)).toBe("pending");
});

test("messages pushed before the end arrive, in order, and then the end", async () => {
  const queue = new MessageQueue<number>();
  for (const message of [1, 2, 3]) void queue.push(message);
  queue.end();
  queue.end();
  expect(queue.open).toBe(false);
  const all: number[] = [];
  for await (const message of queue) all.push(message);
  expect(all).toEqual([1, 2, 3]);
  expect(await queue.next()).toEqual({ value: undefined, done: true });
});

test("messages pushed before a failure arrive, and then the failure", async () => {
  const queue = new MessageQueue<number>();
  const first = queue.push(1);
  queue.fail(() => new Error("broken"));
  queue.fail(() => new Error("again"));
  queue.end();
  expect(await queue.next()).toEqual({ value: 1, done: false });
  await expect(queue.next()).rejects.toThrow("broken");
  expect(await stateOf(first)).toBe("resolved");
  expect(await stateOf(queue.push(2))).toBe("rejected: broken");
});

test("what is pushed after the end rejects, handled", async () => {
  const queue = new MessageQueue<number>();
  queue.end();
  void queue.push(1);
  expect(await stateOf(queue.push(2))).toBe("rejected: a message was sent after the end");
});

test("dropping tells producers and the consumer at once", async () => {
  const queue = new MessageQueue<number>();
  const pushed = [queue.push(1), queue.push(2)];
  queue.drop(() => new Error("over"));
  for (const one of pushed) expect(await stateOf(one)).toBe("rejected: over");
  await expect(queue.next()).rejects.toThrow("over");
  const waiting = new MessageQueue<number>();
  const next = waiting.next();
  waiting.drop(() => new Error("over"));
  await expect(next).rejects.toThrow("over");
});

test("a consumer that leaves rejects what it has not taken and answers who waits", async () => {
  const queue = new MessageQueue<number>();
  const pushed = queue.push(1);
  expect(await queue.return()).toEqual({ value: undefined, done: true });
  await expect(pushed).rejects.toMatchObject({ code: Code.CANCELLED, message: "the call is over" });
  await expect(queue.push(2)).rejects.toMatchObject({ code: Code.CANCELLED });
  expect(queue.open).toBe(false);
  const idle = new MessageQueue<number>();
  const waiting = idle.next();
  await idle.return();
  expect(await waiting).toEqual({ value: undefined, done: true });
});

test("several who wait are served in their order", async () => {
  const queue = new MessageQueue<number>();
  const waiting = [queue.next(), queue.next(), queue.next()];
  void queue.push(1);
  void queue.push(2);
  queue.end();
  expect(await Promise.all(waiting)).toEqual([
    { value: 1, done: false },
    { value: 2, done: false },
    { value: undefined, done: true },
  ]);
});
