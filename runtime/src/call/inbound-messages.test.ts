// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { HeldCompressor } from "../../test/support/fake-engines.js";
import { framed } from "../../test/support/fake-exchange.js";
import { settled } from "../../test/support/fake-platform.js";
import { concat } from "../../test/support/http2-pair.js";
import { type Text, textCodec } from "../../test/support/text-service.js";
import { Code } from "../rpc/code.js";
import type { Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import { InboundMessages, type InboundOwner } from "./inbound-messages.js";

class Owner implements InboundOwner {
  consumed = 0;
  abandoned = 0;
  readonly failures: Status[] = [];
  inboundConsumed(bytes: number): void {
    this.consumed += bytes;
  }
  inboundFailed(status: Status): void {
    this.failures.push(status);
  }
  inboundAbandoned(): void {
    this.abandoned++;
  }
}

function inbound(maxBytes = 100): {
  owner: Owner;
  messages: InboundMessages<Text>;
  push(...parts: Uint8Array[]): number;
} {
  const owner = new Owner();
  const messages = new InboundMessages<Text>(textCodec, maxBytes, owner);
  return {
    owner,
    messages,
    push(...parts) {
      const bytes = concat(parts);
      messages.push(bytes, 0, bytes.length);
      return bytes.length;
    },
  };
}

const error = (message: string) => () => new StatusError(Code.ABORTED, message);

test("messages arrive in order, however the body is cut", async () => {
  const body = concat(["one", "", "three"].map((text) => framed(text)));
  for (let size = 1; size <= body.length; size++) {
    const { messages, owner } = inbound();
    for (let at = 0; at < body.length; at += size) messages.push(body, at, Math.min(body.length, at + size));
    messages.end();
    const texts: string[] = [];
    for await (const { text } of messages) texts.push(text);
    expect(texts).toEqual(["one", "", "three"]);
    expect(owner.consumed).toBe(body.length);
  }
});

test("credit for a queued message is given when it is taken", async () => {
  const { messages, owner, push } = inbound();
  const bytes = push(framed("aa"), framed("bbb"));
  expect(owner.consumed).toBe(0);
  await messages.next();
  expect(owner.consumed).toBe(7);
  await messages.next();
  expect(owner.consumed).toBe(bytes);
});

test("a message that is waited for is credited at once, and so is the part of one when nothing is queued", async () => {
  const { messages, owner, push } = inbound();
  const next = messages.next();
  const bytes = push(framed("aa")) + push(framed("bbb").subarray(0, 6));
  expect(await next).toEqual({ value: { text: "aa" }, done: false });
  expect(owner.consumed).toBe(bytes);
});

for (const [name, end] of [
  ["a failure that drops them", (m: InboundMessages<Text>) => m.fail(error("over"), false)],
  ["leaving", (m: InboundMessages<Text>) => void m.return()],
  ["the end of the exchange", (m: InboundMessages<Text>) => m.creditAll()],
] as const) {
  test(`${name} gives the credit of all that is queued, and what comes later is credited too`, async () => {
    const { messages, owner, push } = inbound();
    const bytes = push(framed("aa"), framed("bbb"), framed("c").subarray(0, 3));
    end(messages);
    expect(owner.consumed).toBe(bytes);
    if (name !== "the end of the exchange") expect(owner.consumed).toBe(bytes - push(framed("late")) + 9);
  });
}

test("what is queued when the exchange ends is delivered and not credited twice", async () => {
  const { messages, owner, push } = inbound();
  const bytes = push(framed("aa"), framed("bbb"));
  messages.end();
  messages.creditAll();
  const texts: string[] = [];
  for await (const { text } of messages) texts.push(text);
  expect(texts).toEqual(["aa", "bbb"]);
  expect(owner.consumed).toBe(bytes);
});

test("a failure comes behind what is queued when that is kept, and in its place when not", async () => {
  const kept = inbound();
  kept.push(framed("aa"));
  kept.messages.fail(error("kept"), true);
  expect(await kept.messages.next()).toMatchObject({ value: { text: "aa" } });
  await expect(kept.messages.next()).rejects.toThrow("kept");
  await expect(kept.messages.next()).rejects.toThrow("kept");
  const dropped = inbound();
  dropped.push(framed("aa"));
  dropped.messages.fail(error("dropped"), false);
  await expect(dropped.messages.next()).rejects.toThrow("dropped");
});

test("the first failure counts, unless the second takes the place of what is queued before it", async () => {
  const { messages, push } = inbound();
  push(framed("aa"));
  messages.fail(error("first"), true);
  messages.fail(error("second"), true);
  messages.fail(error("third"), false);
  await expect(messages.next()).rejects.toThrow("third");
  messages.fail(error("fourth"), false);
  await expect(messages.next()).rejects.toThrow("third");
});

test("whoever waits is told of the end, of a failure and of leaving", async () => {
  const ended = inbound();
  const waiting = [ended.messages.next(), ended.messages.next()];
  ended.messages.end();
  expect(await Promise.all(waiting)).toMatchObject([{ done: true }, { done: true }]);
  const failed = inbound();
  const next = failed.messages.next();
  failed.messages.fail(error("over"), true);
  await expect(next).rejects.toThrow("over");
  const left = inbound();
  const last = left.messages.next();
  await left.messages.return();
  expect(await last).toMatchObject({ done: true });
  expect(left.owner.abandoned).toBe(1);
});

test("leaving after the end abandons nothing", async () => {
  const { messages, owner } = inbound();
  messages.end();
  await messages.return();
  await messages.return();
  expect(owner.abandoned).toBe(0);
});

test("a second iteration is a TypeError", () => {
  const { messages } = inbound();
  messages[Symbol.asyncIterator]();
  expect(() => messages[Symbol.asyncIterator]()).toThrow("the messages of a call can be iterated once");
});

const bad: readonly { name: string; body: Uint8Array; code: number }[] = [
  { name: "a flag that is neither 0 nor 1", body: Uint8Array.of(2, 0, 0, 0, 0), code: Code.INTERNAL },
  { name: "a length past receiveMaxBytes", body: Uint8Array.of(0, 255, 255, 255, 255), code: Code.RESOURCE_EXHAUSTED },
  { name: "a message that cannot be decoded", body: framed("!"), code: Code.INTERNAL },
  { name: "a compressed message without a coding", body: framed("a", true), code: Code.INTERNAL },
];
test.each(bad)("$name fails the call and is credited", ({ body, code }) => {
  const { owner, push } = inbound();
  const bytes = push(body);
  expect(owner.failures).toMatchObject([{ code }]);
  expect(owner.consumed).toBe(bytes);
});

test("a body that ends inside a message fails the call", () => {
  const { messages, owner, push } = inbound();
  push(framed("abc").subarray(0, 6));
  messages.end();
  expect(owner.failures).toMatchObject([{ code: Code.INTERNAL }]);
});

test("messages keep their order while one is inflated", async () => {
  const { messages, push } = inbound();
  const compressor = new HeldCompressor();
  messages.coding = { kind: "compressor", compressor };
  const taken = [messages.next(), messages.next(), messages.next()];
  push(framed("one", true), framed("two"), framed("three", true));
  messages.end();
  const texts: unknown[] = [];
  taken.forEach((next, index) => {
    void next.then(({ value }) => {
      texts[index] = (value as Text).text;
    });
  });
  await settled();
  expect(texts).toEqual([]);
  compressor.held[0].finish();
  await settled();
  expect(texts).toEqual(["one", "two"]);
  compressor.held[1].finish();
  await settled();
  expect(texts).toEqual(["one", "two", "three"]);
  expect(await messages.next()).toMatchObject({ done: true });
});

test("a message that cannot be inflated fails the call and whoever took it", async () => {
  const { messages, owner, push } = inbound();
  const compressor = new HeldCompressor();
  messages.coding = { kind: "compressor", compressor };
  push(framed("one", true));
  const next = messages.next();
  compressor.held[0].fail(new Error("no gzip"));
  await expect(next).rejects.toMatchObject({ code: Code.INTERNAL });
  expect(owner.failures).toMatchObject([{ code: Code.INTERNAL }]);
});

test("a failure during an inflation comes behind it", async () => {
  const { messages, push } = inbound();
  const compressor = new HeldCompressor();
  messages.coding = { kind: "compressor", compressor };
  push(framed("one", true));
  const [first, second] = [messages.next(), messages.next()];
  messages.fail(error("over"), true);
  compressor.held[0].finish();
  expect(await first).toMatchObject({ value: { text: "one" } });
  await expect(second).rejects.toThrow("over");
});
