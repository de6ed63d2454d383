// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { MessageSource } from "./message-source.js";

test("gives the messages of an iterable and of an async iterable, then the end", async () => {
  async function* numbers(): AsyncGenerator<number> {
    yield 1;
  }
  for (const messages of [[1], numbers()]) {
    const source = new MessageSource(messages);
    expect(await source.next()).toEqual({ value: 1, done: false });
    expect(await source.next()).toMatchObject({ done: true });
    await source.leave();
  }
});

test("what is no iterable rejects with a TypeError", async () => {
  for (const messages of [5, undefined, null, "text", {}]) {
    await expect(new MessageSource(messages as never, "not so").next()).rejects.toThrow(new TypeError("not so"));
    await expect(new MessageSource(messages as never, "not so").leave()).rejects.toThrow(TypeError);
  }
});

function counted(next: () => Promise<IteratorResult<number>>) {
  let returns = 0;
  const iterator = {
    next,
    async return(): Promise<IteratorResult<number>> {
      returns++;
      return { value: undefined, done: true };
    },
  };
  return {
    [Symbol.asyncIterator]: () => iterator,
    get returns() {
      return returns;
    },
  };
}

test("an iterable is told once that no more is wanted", async () => {
  const messages = counted(async () => ({ value: 1, done: false }));
  const source = new MessageSource(messages);
  await source.next();
  await Promise.all([source.leave(), source.leave()]);
  await source.leave();
  expect(messages.returns).toBe(1);
});

test("an iterable is told while it is waited for, and when it was never asked", async () => {
  const waitedFor = counted(() => new Promise(() => {}));
  const source = new MessageSource(waitedFor);
  void source.next();
  await source.leave();
  expect(waitedFor.returns).toBe(1);
  const never = counted(() => new Promise(() => {}));
  await new MessageSource(never).leave();
  expect(never.returns).toBe(1);
});

test("an iterable that has ended or failed is not told", async () => {
  const ended = counted(async () => ({ value: undefined, done: true }));
  const failed = counted(async () => {
    throw new Error("broken");
  });
  for (const messages of [ended, failed]) {
    const source = new MessageSource(messages);
    await source.next().catch((error: Error) => expect(error.message).toBe("broken"));
    await source.leave();
    expect(messages.returns).toBe(0);
  }
});

test("a generator that ends its own call while it runs is told when it has given way", async () => {
  let finished = false;
  const source: MessageSource = new MessageSource(generator());
  function* generator(): Generator<number> {
    try {
      void source.leave();
      yield 1;
    } finally {
      finished = true;
    }
  }
  await source.next();
  await source.leave();
  expect(finished).toBe(true);
});

test("what an iterable throws while it is told rejects", async () => {
  async function* numbers(): AsyncGenerator<number> {
    try {
      yield 1;
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: a generator that fails while it is left is the point
      throw new Error("while leaving");
    }
  }
  const source = new MessageSource(numbers());
  await source.next();
  await expect(source.leave()).rejects.toThrow("while leaving");
});

test("as an iterable: leaving it leaves the source", async () => {
  const messages = counted(async () => ({ value: 1, done: false }));
  for await (const message of new MessageSource(messages).iterable()) {
    expect(message).toBe(1);
    break;
  }
  expect(messages.returns).toBe(1);
});
