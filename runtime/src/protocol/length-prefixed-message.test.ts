// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Random } from "../../test/support/random.js";
import { Code } from "../rpc/code.js";
import type { Status } from "../rpc/status.js";
import { MessageReader, type MessageReceiver, prefixBytes, writePrefix } from "./length-prefixed-message.js";

interface Received {
  readonly bytes: Uint8Array;
  readonly compressed: boolean;
  readonly chunk: Uint8Array;
}

class Recorder implements MessageReceiver {
  readonly messages: Received[] = [];
  readonly failures: Status[] = [];

  messageReceived(bytes: Uint8Array, start: number, end: number, compressed: boolean): void {
    this.messages.push({ bytes: bytes.slice(start, end), compressed, chunk: bytes });
  }

  messageFailed(status: Status): void {
    this.failures.push(status);
  }
}

function frame(message: Uint8Array, compressed = false): Uint8Array {
  const bytes = new Uint8Array(prefixBytes + message.length);
  writePrefix(bytes, 0, compressed, message.length);
  bytes.set(message, prefixBytes);
  return bytes;
}

function prefixOf(flag: number, length: number): Uint8Array {
  const bytes = new Uint8Array(prefixBytes);
  writePrefix(bytes, 0, false, length);
  bytes[0] = flag;
  return bytes;
}

function body(messages: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(messages.flatMap((message, i) => [...frame(message, i % 2 === 1)]));
}

const limit = 1 << 20;

describe("length-prefixed messages", () => {
  test("the prefix is a flag and a big-endian length of four octets", () => {
    const buffer = new Uint8Array(8).fill(0xaa);
    writePrefix(buffer, 2, true, 0xfedcba98);
    expect([...buffer]).toEqual([0xaa, 0xaa, 1, 0xfe, 0xdc, 0xba, 0x98, 0xaa]);
  });

  test("messages come out the same whole, byte by byte and in chunks of any size", () => {
    const random = new Random(9);
    for (let round = 0; round < 60; round++) {
      const messages = Array.from({ length: random.below(8) }, () =>
        random.bytes(random.pick([0, 0, 1, 5, 300, 9000])),
      );
      const bytes = body(messages);
      for (const chunkBytes of [bytes.length || 1, 1, 1 + random.below(700)]) {
        const recorder = new Recorder();
        const reader = new MessageReader(recorder, limit);
        for (let at = 0; at < bytes.length; at += chunkBytes) {
          reader.push(bytes, at, Math.min(at + chunkBytes, bytes.length));
        }
        reader.end();
        expect(recorder.failures).toEqual([]);
        expect(recorder.messages.map((message) => message.bytes)).toEqual(messages);
        expect(recorder.messages.map((message) => message.compressed)).toEqual(messages.map((_, i) => i % 2 === 1));
      }
    }
  });

  test("a message whole in its chunk is not copied", () => {
    const chunk = body([new Uint8Array(10), new Uint8Array(0), new Uint8Array(3)]);
    const recorder = new Recorder();
    new MessageReader(recorder, limit).push(chunk, 0, chunk.length);
    expect(recorder.messages.map((message) => message.chunk === chunk)).toEqual([true, true, true]);
  });

  test("a message is not copied when only its prefix came before", () => {
    const bytes = frame(new Uint8Array(100));
    const rest = bytes.slice(prefixBytes);
    const recorder = new Recorder();
    const reader = new MessageReader(recorder, limit);
    reader.push(bytes, 0, prefixBytes);
    reader.push(rest, 0, rest.length);
    expect(recorder.messages.map((message) => message.chunk === rest)).toEqual([true]);
  });

  test("an empty message is reported at once, with its prefix", () => {
    const recorder = new Recorder();
    const reader = new MessageReader(recorder, limit);
    for (let i = 0; i < prefixBytes; i++) reader.push(new Uint8Array(1), 0, 1);
    expect(recorder.messages.length).toBe(1);
  });

  test("bytes are kept as they arrive, not as the prefix declares", () => {
    const declared = 64 << 20;
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 64 }, () => new MessageReader(new Recorder(), declared));
    for (const reader of readers) {
      reader.push(prefixOf(0, declared), 0, prefixBytes);
      reader.push(new Uint8Array(1), 0, 1);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(declared);
  });

  test("a message's buffer is at most eight times what has come of it", () => {
    const declared = 64 << 20;
    const reader = new MessageReader(new Recorder(), declared);
    const part = new Uint8Array(16_384);
    reader.push(prefixOf(0, declared), 0, prefixBytes);
    const before = process.memoryUsage().arrayBuffers;
    for (let received = 0; received < 1 << 20; received += part.length) reader.push(part, 0, part.length);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * 8 * (1 << 20));
  });

  test("a long message before reserves 128 KiB for the next at most, whatever that one declares", () => {
    const declared = 64 << 20;
    const first = frame(new Uint8Array(1 << 20));
    const readers = Array.from({ length: 16 }, () => new MessageReader(new Recorder(), declared));
    for (const reader of readers) {
      for (let at = 0; at < first.length; at += 16_384) reader.push(first, at, Math.min(at + 16_384, first.length));
    }
    const before = process.memoryUsage().arrayBuffers;
    for (const reader of readers) {
      reader.push(prefixOf(0, declared), 0, prefixBytes);
      reader.push(new Uint8Array(1), 0, 1);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(readers.length * 2 * 128 * 1024);
  });

  test.each([
    [limit - 1, 0],
    [limit, 0],
    [limit + 1, 1],
    [0xffffffff, 1],
  ])("a prefix of %i bytes under a limit of 1 MiB fails %i times", (length, failures) => {
    const recorder = new Recorder();
    const reader = new MessageReader(recorder, limit);
    reader.push(prefixOf(0, length), 0, prefixBytes);
    reader.push(new Uint8Array(10), 0, 10);
    expect(recorder.failures.length).toBe(failures);
    if (failures === 0) return;
    expect(recorder.failures[0]).toEqual({
      code: Code.RESOURCE_EXHAUSTED,
      message: `message is ${length} bytes, larger than receiveMaxBytes (${limit})`,
      details: [],
    });
  });

  test("a limit of zero takes empty messages alone", () => {
    const recorder = new Recorder();
    const reader = new MessageReader(recorder, 0);
    reader.push(prefixOf(0, 0), 0, prefixBytes);
    reader.push(prefixOf(0, 1), 0, prefixBytes);
    expect([recorder.messages.length, recorder.failures.length]).toEqual([1, 1]);
  });

  test.each([2, 3, 0x80, 0xff])("the flag %i is INTERNAL, once, and nothing follows", (flag) => {
    const recorder = new Recorder();
    const reader = new MessageReader(recorder, limit);
    const bad = prefixOf(flag, 1);
    for (const octet of bad) reader.push(Uint8Array.of(octet), 0, 1);
    const good = frame(new Uint8Array(4));
    reader.push(good, 0, good.length);
    reader.end();
    expect(recorder.failures.map((status) => status.code)).toEqual([Code.INTERNAL]);
    expect(recorder.messages).toEqual([]);
  });

  test("a body cut inside a message is INTERNAL, at every offset; between messages it is whole", () => {
    const bytes = body([new Uint8Array(3), new Uint8Array(0), new Uint8Array(7)]);
    const boundaries = [0, 8, 13, 25];
    for (let end = 0; end <= bytes.length; end++) {
      const recorder = new Recorder();
      const reader = new MessageReader(recorder, limit);
      reader.push(bytes, 0, end);
      reader.end();
      const expected = boundaries.includes(end) ? [] : [Code.INTERNAL];
      expect(recorder.failures.map((status) => status.code)).toEqual(expected);
    }
  });

  test("a receiver that stops the reader hears nothing of the rest of the chunk", () => {
    const bytes = body([new Uint8Array(1), new Uint8Array(2), new Uint8Array(0)]);
    let received = 0;
    const reader = new MessageReader(
      {
        messageReceived() {
          received++;
          reader.stop();
        },
        messageFailed() {
          received += 100;
        },
      },
      limit,
    );
    reader.push(bytes, 0, bytes.length);
    reader.push(bytes, 0, 3);
    reader.end();
    expect(received).toBe(1);
  });
});
