// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import {
  clientHello,
  describeFrames,
  headersFrame,
  parseFrames,
  setting,
  settingsFrame,
  windowUpdate,
} from "../../test/support/http2-frames.js";
import { concat, okTrailers, responseHead, TestEndpoint } from "../../test/support/http2-pair.js";
import { Random } from "../../test/support/random.js";
import type { Stream } from "./stream.js";

const plenty = 4 << 20;

/** A server with one stream whose head has been sent, and windows of `windowBytes`. */
function openStream(windowBytes = plenty): { server: TestEndpoint; stream: Stream } {
  const server = new TestEndpoint("server");
  server.give(concat([clientHello, settingsFrame(setting(4, windowBytes)), windowUpdate(0, plenty), headersFrame(1)]));
  const stream = server.requests[0]?.stream as Stream;
  stream.sendHeaders(responseHead, false);
  server.take();
  return { server, stream };
}

/** The DATA in a server's output, joined. */
function payload(output: Uint8Array): Uint8Array {
  return concat(parseFrames(output).map((one) => one.payload));
}

/** Writes bytes as an encoder does that asked for less room than it used. */
function sendEncoded(stream: Stream, bytes: Uint8Array, askedFor: number, endStream = false): boolean {
  const start = stream.beginData(askedFor);
  stream.output.buffer.set(bytes, start);
  return stream.endData(start + bytes.length, endStream);
}

for (const bytes of [16_384, 16_385, 65_500, 65_527, 131_072, 131_073, 1_000_000]) {
  for (const askedFor of [1_024, bytes]) {
    test(`${bytes} octets encoded where ${askedFor} were asked for leave as they are`, () => {
      const { server, stream } = openStream();
      const sent = new Random(bytes).bytes(bytes);
      // A slab has at least what was asked for; an encoder may use all that it has.
      stream.beginData(askedFor);
      const used = sent.subarray(0, Math.min(bytes, stream.output.buffer.length - 9));
      sendEncoded(stream, used, askedFor, true);
      const output = server.take();
      expect(Buffer.compare(payload(output), used)).toBe(0);
      expect(parseFrames(output).every((one) => one.payload.length <= 16_384)).toBe(true);
      expect(parseFrames(output).at(-1)?.flags).toBe(1);
    });
  }
}

test("segments leave in order, in frames as large as they may be, whatever their lengths", () => {
  const { server, stream } = openStream();
  const random = new Random(5);
  const segments = [9, 0, 8_191, 8_192, 1, 70_000, 3].map((length) => random.bytes(length));
  const whole = concat(segments);
  expect(stream.sendSegments(segments, whole.length, true)).toBe(true);
  const output = server.take();
  expect(Buffer.compare(payload(output), whole)).toBe(0);
  expect(parseFrames(output).map((one) => one.payload.length)).toEqual([16_384, 16_384, 16_384, 16_384, 16_384, 4_476]);
  expect(server.connection.scheduler.queuedStreams).toBe(0);
});

test("what credit does not take of segments stays a reference when it is long, and is copied when it is short", () => {
  const { server, stream } = openStream(10);
  const short = new Uint8Array(20).fill(1);
  const long = new Uint8Array(8_192).fill(1);
  expect(stream.sendSegments([short, long], 8_212, true)).toBe(false);
  short.fill(2);
  long.fill(2);
  server.give(windowUpdate(1, plenty));
  const sent = payload(server.take());
  expect([sent.indexOf(2), sent.length]).toEqual([20, 8_212]);
  expect(server.requests[0]?.events).toEqual(["drained"]);
});

test("segments may lie where the next frames are encoded", () => {
  const { server, stream } = openStream();
  const random = new Random(6);
  const [head, bytes, tail] = [random.bytes(30), random.bytes(40_000), random.bytes(9_000)];
  const start = stream.beginData(20_000);
  const { buffer } = stream.output;
  buffer.set(head, start);
  buffer.set(tail, start + 30);
  const segments = [buffer.subarray(start, start + 30), bytes, buffer.subarray(start + 30, start + 9_030)];
  expect(stream.sendSegments(segments, 49_030, false)).toBe(true);
  expect(Buffer.compare(payload(server.take()), concat([head, bytes, tail]))).toBe(0);
});

test("a long message of segments takes no more output than any other: the rest follows as it leaves", () => {
  const { server, stream } = openStream();
  expect(stream.sendSegments([new Uint8Array(1_000_000)], 1_000_000, true)).toBe(false);
  expect(server.connection.output.untakenBytes).toBeLessThan(server.connection.limits.maxOutputBytes + 16_384 + 9);
  expect(payload(server.take())).toHaveLength(1_000_000);
});

test("segments after the end are dropped; empty ones may carry it, also behind what is queued", () => {
  const { server, stream } = openStream(5);
  expect(stream.sendSegments([new Uint8Array(9)], 9, false)).toBe(false);
  expect(stream.sendSegments([], 0, true)).toBe(false);
  expect(stream.sendSegments([new Uint8Array(9_000)], 9_000, false)).toBe(true);
  server.give(windowUpdate(1, 100));
  expect(describeFrames(server.take())).toEqual(["DATA 1 of 5", "DATA 1 of 4 end"]);
  const other = openStream();
  expect(other.stream.sendSegments([new Uint8Array(0)], 0, true)).toBe(true);
  expect(describeFrames(other.server.take())[0]).toBe("DATA 1 of 0 end");
});

test("trailers wait behind queued segments", () => {
  const { server, stream } = openStream(5);
  stream.sendSegments([new Uint8Array(9)], 9, false);
  stream.sendHeaders(okTrailers, true);
  server.give(windowUpdate(1, 100));
  expect(describeFrames(server.take())).toEqual([
    "DATA 1 of 5",
    "DATA 1 of 4",
    expect.stringMatching(/^HEADERS 1 .*end/),
  ]);
});
