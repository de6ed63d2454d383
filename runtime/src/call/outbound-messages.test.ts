// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { HeldCompressor } from "../../test/support/fake-engines.js";
import { FakeExchange } from "../../test/support/fake-exchange.js";
import { settled } from "../../test/support/fake-platform.js";
import { type Text, textCodec } from "../../test/support/text-service.js";
import { Code } from "../rpc/code.js";
import type { MessageCodec } from "../rpc/message-codec.js";
import { StatusError } from "../rpc/status-error.js";
import { gatheredPieces } from "../wire/gather.js";
import { writeBytes } from "../wire/write-bytes.js";
import { OutboundMessages, sendOnly, sendUncompressed } from "./outbound-messages.js";

const over = () => new StatusError(Code.ABORTED, "over");
const end = (exchange: { sendData(bytes: Uint8Array, endStream: boolean): boolean }) =>
  void exchange.sendData(new Uint8Array(0), true);
const unencodable = { text: Symbol("none") } as unknown as Text;

function outbound(compressor?: HeldCompressor) {
  const exchange = new FakeExchange();
  const messages = new OutboundMessages<Text>(textCodec, 100);
  const coding = compressor && { compressor, minBytes: 0 };
  return { exchange, messages, start: () => messages.start(exchange, coding) };
}

test("a message is handed over at once while there is room", () => {
  const { exchange, messages, start } = outbound();
  start();
  expect(messages.send({ text: "a" }, true)).toBe(true);
  messages.end(end);
  expect(exchange.sent).toEqual(["data a", "data end"]);
});

test("messages sent before the exchange is open leave in order, and the end behind them", async () => {
  const { exchange, messages, start } = outbound();
  const sends = [messages.send({ text: "a" }, true), messages.send({ text: "b" }, true)];
  messages.end(end);
  expect(exchange.sent).toEqual([]);
  start();
  await Promise.all(sends);
  expect(exchange.sent).toEqual(["data a", "data b", "data end"]);
});

test("a send that found no room resolves when there is some, and later ones wait for it", async () => {
  const { exchange, messages, start } = outbound();
  start();
  exchange.room = "full";
  const resolved: string[] = [];
  const first = messages.send({ text: "a" }, true) as Promise<void>;
  const second = messages.send({ text: "b" }, true) as Promise<void>;
  void first.then(() => resolved.push("a"));
  void second.then(() => resolved.push("b"));
  await settled();
  expect([resolved, exchange.sent]).toEqual([[], ["data a"]]);
  messages.drained();
  await settled();
  expect([resolved, exchange.sent]).toEqual([["a"], ["data a", "data b"]]);
  exchange.room = "free";
  messages.drained();
  await settled();
  expect(resolved).toEqual(["a", "b"]);
});

test("the order is kept while one is compressed, and the end waits", async () => {
  const compressor = new HeldCompressor();
  const { exchange, messages, start } = outbound(compressor);
  start();
  const sends = [messages.send({ text: "a" }, true), messages.send({ text: "b" }, false)];
  messages.end(end);
  await settled();
  expect(exchange.sent).toEqual([]);
  compressor.held[0].finish();
  await Promise.all(sends);
  expect(exchange.sent).toEqual(["data compressed a", "data b", "data end"]);
});

test("after the end send() throws, and a second end does nothing", () => {
  const { exchange, messages, start } = outbound();
  start();
  messages.end(end);
  messages.end(end);
  expect(() => messages.send({ text: "late" }, true)).toThrow("send() after halfClose()");
  expect(exchange.sent).toEqual(["data end"]);
});

test("a failure rejects what waits, lets go of what was handed over, and calls no end", async () => {
  const compressor = new HeldCompressor();
  const { exchange, messages, start } = outbound(compressor);
  start();
  const [inWork, behind] = [messages.send({ text: "a" }, true), messages.send({ text: "b" }, true)];
  messages.end(end);
  messages.fail(over);
  messages.fail(() => new StatusError(Code.UNKNOWN, "second"));
  await expect(behind).rejects.toThrow("over");
  compressor.held[0].finish();
  await expect(inWork).rejects.toThrow("over");
  expect(() => messages.send({ text: "late" }, true)).toThrow("over");
  expect(exchange.sent).toEqual([]);
  const full = outbound();
  full.start();
  full.exchange.room = "full";
  const handedOver = full.messages.send({ text: "a" }, true);
  full.messages.fail(over);
  await handedOver;
});

test("nothing follows a message that cannot be sent, not even the end", async () => {
  const { exchange, messages, start } = outbound();
  const sends = [unencodable, { text: "behind" }].map((message) => messages.send(message, true) as Promise<void>);
  messages.end(end);
  start();
  for (const send of sends) await expect(send).rejects.toMatchObject({ code: Code.INTERNAL });
  expect(exchange.sent).toEqual([]);
});

test("a message that cannot be compressed fails those behind it", async () => {
  const compressor = new HeldCompressor();
  const { exchange, messages, start } = outbound(compressor);
  start();
  const sends = ["a", "b"].map((text) => messages.send({ text }, true) as Promise<void>);
  messages.end(end);
  compressor.held[0].fail(new Error("no memory"));
  for (const send of sends) await expect(send).rejects.toThrow("cannot encode test.v1.Text: no memory");
  expect(exchange.sent).toEqual([]);
});

test("a message past the limit is RESOURCE_EXHAUSTED and one that cannot be encoded INTERNAL, with nothing sent", () => {
  const { exchange, messages, start } = outbound();
  start();
  expect(() => messages.send({ text: "x".repeat(101) }, true)).toThrow(
    "message is 101 bytes, larger than sendMaxBytes (100)",
  );
  expect(() => messages.send(unencodable, true)).toThrow(StatusError);
  expect(exchange.sent).toEqual([]);
  expect(messages.send({ text: "x".repeat(100) }, true)).toBe(true);
});

test("a message larger than the first buffer is encoded again into a larger one", () => {
  const exchange = new FakeExchange();
  const messages = new OutboundMessages<Text>(textCodec, 1e6);
  messages.start(exchange, undefined);
  const text = "x".repeat(50_000);
  expect(messages.send({ text }, true)).toBe(true);
  expect(exchange.sent).toEqual([`data ${text}`]);
});

test("the second of two large messages finds room at once", () => {
  const exchange = new FakeExchange();
  let encodings = 0;
  const counted = {
    ...textCodec,
    encode: (buffer: Uint8Array, message: Text, position: number) => {
      encodings++;
      return textCodec.encode(buffer, message, position);
    },
  };
  const messages = new OutboundMessages<Text>(counted, 1e6);
  messages.start(exchange, undefined);
  messages.send({ text: "x".repeat(50_000) }, true);
  expect(encodings).toBe(2);
  messages.send({ text: "y".repeat(50_000) }, true);
  expect(encodings).toBe(3);
});

test("a codec whose last two messages were large finds room at once in the next call, and one exception costs nothing", () => {
  let encodings = 0;
  const counted = {
    ...textCodec,
    encode: (buffer: Uint8Array, message: Text, position: number) => {
      encodings++;
      return textCodec.encode(buffer, message, position);
    },
  };
  const lengths = [5, 50_000, 50_000, 50_000, 50_000, 5, 50_000, 50_000];
  const needed = lengths.map((length) => {
    const exchange = new FakeExchange();
    const before = encodings;
    sendUncompressed(exchange, counted, { text: "x".repeat(length) }, 1e6, true);
    expect(exchange.sent).toEqual([`data ${"x".repeat(length)} end`]);
    return encodings - before;
  });
  expect(needed).toEqual([1, 2, 2, 1, 1, 1, 2, 2]);
});

test("the only message leaves with the end, compressed or not", async () => {
  const plain = new FakeExchange();
  const failed: StatusError[] = [];
  sendOnly(plain, textCodec, { text: "a" }, undefined, 100, (error) => failed.push(error));
  expect(plain.sent).toEqual(["data a end"]);
  const compressor = new HeldCompressor();
  const coded = new FakeExchange();
  sendOnly(coded, textCodec, { text: "a" }, { compressor, minBytes: 0 }, 100, (error) => failed.push(error));
  sendOnly(coded, textCodec, { text: "b" }, { compressor, minBytes: 0 }, 100, (error) => failed.push(error));
  sendOnly(coded, textCodec, { text: "short" }, { compressor, minBytes: 6 }, 100, (error) => failed.push(error));
  sendOnly(coded, textCodec, { text: "" }, { compressor, minBytes: 0 }, 100, (error) => failed.push(error));
  compressor.held[0].finish();
  compressor.held[1].fail(new Error("no memory"));
  await settled();
  expect(coded.sent).toEqual(
    ["data short end", "data end", "data compressed a end"].map((line) => line.replace("data end", "data  end")),
  );
  expect(failed.map(({ message }) => message)).toEqual(["cannot encode test.v1.Text: no memory"]);
});

describe("a message with large bytes", () => {
  const blob: MessageCodec<Uint8Array> = {
    typeName: "test.v1.Blob",
    encode: (buffer, message, position) => writeBytes(buffer, position, 10, message, "test.v1.Blob.data"),
    decode: () => new Uint8Array(0),
  };
  const sentBy = (message: Uint8Array, maxBytes: number) => {
    const exchange = new FakeExchange();
    const segments: (readonly Uint8Array[])[] = [];
    exchange.sendSegments = (given) => {
      segments.push(given);
      return true;
    };
    sendUncompressed(exchange, blob, message, maxBytes, true);
    return segments.flat();
  };

  test("is handed over by reference, behind its prefix, tag and length", () => {
    const large = new Uint8Array(8192).fill(7);
    const [head, body, ...rest] = sentBy(large, 8195);
    expect([...(head ?? [])]).toEqual([0, 0, 0, 0x20, 0x03, 10, 0x80, 0x40]);
    expect(body).toBe(large);
    expect(rest).toEqual([]);
  });

  test("one byte shorter is copied", () => {
    expect(sentBy(new Uint8Array(8191), 1 << 20)).toEqual([]);
  });

  test("counts whole towards the limit", () => {
    expect(() => sentBy(new Uint8Array(8192), 8194)).toThrow("message is 8195 bytes, larger than sendMaxBytes (8194)");
    expect(gatheredPieces).toBe(0);
  });
});
