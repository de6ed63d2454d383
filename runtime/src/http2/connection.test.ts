// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { describeFrames } from "../../test/support/http2-frames.js";
import {
  FakeTime,
  Http2Pair,
  okTrailers,
  type RecordingStream,
  requestHead,
  responseHead,
  TestEndpoint,
} from "../../test/support/http2-pair.js";
import { field } from "./hpack/field.js";

const message = Uint8Array.from({ length: 18 }, (_, index) => index);

function answer(request: RecordingStream, payload: Uint8Array = message): void {
  const { stream } = request;
  if (stream === undefined) throw new Error("request without stream");
  stream.sendHeaders(responseHead, false);
  const at = stream.beginData(payload.length);
  stream.output.buffer.set(payload, at);
  stream.endData(at + payload.length, false);
  stream.sendHeaders(okTrailers, true);
  stream.release();
}

for (const chunkBytes of [undefined, 1, 7]) {
  describe(chunkBytes === undefined ? "whole" : `in chunks of ${chunkBytes}`, () => {
    test("a unary exchange passes both ways", () => {
      const pair = new Http2Pair({}, chunkBytes);
      const call = pair.client.open();
      expect(call?.stream?.sendData(message, true)).toBe(true);
      pair.settle();
      const [request] = pair.server.requests;
      expect(request.heads[0]).toMatchObject({ ":path": "/pkg.Service/Method", te: "trailers" });
      expect(request.events).toEqual(["data 18 end"]);
      answer(request);
      pair.settle();
      expect(call?.events).toEqual(["headers", "data 18", "headers end"]);
      expect(call?.heads).toMatchObject([{ ":status": "200" }, { "grpc-status": "0" }]);
      expect(call?.checksum).toBe(request.checksum);
      expect([pair.client.connection.streams, pair.server.connection.streams]).toEqual([0, 0]);
      expect([pair.client.ended, pair.server.ended]).toEqual([undefined, undefined]);
    });

    test("a megabyte each way arrives whole and in order", () => {
      const pair = new Http2Pair({}, chunkBytes === 1 ? 1_000 : chunkBytes === 7 ? 9_999 : undefined);
      const large = Uint8Array.from({ length: 1_048_576 }, (_, index) => (index * 7919) >>> 3);
      const call = pair.client.open();
      expect(call?.stream?.sendData(large, true)).toBe(false);
      pair.settle();
      const [request] = pair.server.requests;
      expect([request.bytes, request.ended]).toEqual([large.length, true]);
      expect(call?.events).toEqual(["drained"]);
      answer(request, large);
      pair.settle();
      expect([call?.bytes, call?.ended]).toEqual([large.length, true]);
      expect(call?.checksum).toBe(request.checksum);
    });

    test("a head larger than a frame goes in CONTINUATION frames and arrives whole (§6.10)", () => {
      const pair = new Http2Pair({ server: { maxHeaderListBytes: 60_000 } }, chunkBytes);
      pair.client.open(true, [...requestHead, field("x-long", "~".repeat(40_000))]);
      pair.settle();
      expect(pair.server.requests[0]?.heads[0]["x-long"]).toHaveLength(40_000);
    });
  });
}

test("HEADERS, DATA and trailers of a reply leave in one output", () => {
  const pair = new Http2Pair();
  pair.settle();
  pair.client.open(true);
  pair.server.give(pair.client.take());
  const signals = pair.server.outputSignals;
  answer(pair.server.requests[0]);
  expect(pair.server.outputSignals).toBe(signals + 1);
  const bytes = pair.server.connection.takeOutput();
  expect(describeFrames(bytes as Uint8Array)).toEqual(["HEADERS 1", "DATA 1 of 18", "HEADERS 1 end"]);
  expect(pair.server.connection.takeOutput()).toBeUndefined();
});

test("taken output stays as it is while more is encoded, until it is written", () => {
  const pair = new Http2Pair();
  pair.settle();
  for (let call = 0; call < 50; call++) pair.client.open(true);
  pair.server.give(pair.client.take());
  answer(pair.server.requests[0], new Uint8Array(3_000).fill(1));
  const first = pair.server.connection.takeOutput() as Uint8Array;
  const before = first.slice();
  for (const request of pair.server.requests.slice(1)) answer(request, new Uint8Array(3_000).fill(2));
  const second = pair.server.connection.takeOutput() as Uint8Array;
  expect(first).toEqual(before);
  pair.server.connection.outputWritten(first.length);
  pair.client.give(first);
  pair.client.give(second);
  expect(pair.client.connection.streams).toBe(0);
});

test("trailers wait behind queued data", () => {
  const pair = new Http2Pair();
  const call = pair.client.open(true);
  pair.settle();
  const { stream } = pair.server.requests[0];
  stream?.sendHeaders(responseHead, false);
  if (call) call.consumes = false;
  expect(stream?.sendData(new Uint8Array(500_000), false)).toBe(false);
  stream?.sendHeaders(okTrailers, true);
  pair.settle();
  expect(call?.ended).toBe(false);
  call?.stream?.consumed(call.bytes);
  if (call) call.consumes = true;
  pair.settle();
  expect([call?.bytes, call?.events.at(-1)]).toEqual([500_000, "headers end"]);
  expect(pair.server.requests[0].events).toEqual(["drained"]);
});

test("a server that answers before the request ends tells the client to stop with NO_ERROR (§8.1)", () => {
  const pair = new Http2Pair();
  const call = pair.client.open();
  pair.settle();
  answer(pair.server.requests[0]);
  const output = pair.server.take();
  expect(describeFrames(output).slice(-2)).toEqual(["HEADERS 1 end", "RST_STREAM 1 code 0"]);
  // DATA that was on its way is neither an error nor lost credit.
  call?.stream?.sendData(message, false);
  pair.server.give(pair.client.take());
  pair.client.give(output);
  pair.settle();
  expect(call?.events).toEqual(["headers", "data 18", "headers end"]);
  expect([pair.client.ended, pair.server.ended]).toEqual([undefined, undefined]);
  expect(call?.stream?.sendData(message, true)).toBe(true);
  expect(pair.client.take()).toHaveLength(0);
});

test("abortData leaves no trace", () => {
  const pair = new Http2Pair();
  const call = pair.client.open();
  call?.stream?.beginData(100);
  call?.stream?.abortData();
  call?.stream?.sendData(message, true);
  pair.settle();
  expect(pair.server.requests[0].events).toEqual(["data 18 end"]);
});

test("endData splits a message above one frame without copying it out", () => {
  const pair = new Http2Pair();
  pair.settle();
  const call = pair.client.open();
  const large = Uint8Array.from({ length: 50_000 }, (_, index) => index * 13);
  const at = call?.stream?.beginData(large.length) ?? 0;
  call?.stream?.output.buffer.set(large, at);
  expect(call?.stream?.endData(at + large.length, true)).toBe(true);
  pair.settle();
  expect(pair.server.requests[0].events).toEqual(["data 16384", "data 16384", "data 16384", "data 848 end"]);
  let checksum = 0;
  for (const octet of large) checksum = (checksum * 31 + octet) | 0;
  expect(pair.server.requests[0].checksum).toBe(checksum);
});

test("a reset by the client reaches the server's listener, and late frames are ignored", () => {
  const pair = new Http2Pair();
  const call = pair.client.open();
  pair.settle();
  pair.server.requests[0].stream?.sendHeaders(responseHead, false);
  call?.stream?.reset(8);
  const late = pair.server.take();
  pair.settle();
  pair.client.give(late);
  expect(pair.server.requests[0].events).toEqual(["reset remote 8"]);
  expect(call?.events).toEqual([]);
  expect([pair.client.ended, pair.server.ended]).toEqual([undefined, undefined]);
});

test("1xx responses are skipped (§8.1)", () => {
  const pair = new Http2Pair();
  const call = pair.client.open(true);
  pair.settle();
  pair.server.requests[0].stream?.sendHeaders([field(":status", "103")], false);
  answer(pair.server.requests[0]);
  pair.settle();
  expect(call?.events).toEqual(["headers", "data 18", "headers end"]);
});

test("openStream stops at the peer's SETTINGS_MAX_CONCURRENT_STREAMS and hears of the next slot", () => {
  const pair = new Http2Pair({ server: { maxConcurrentStreams: 2 } });
  pair.settle();
  expect([pair.client.open(true), pair.client.open(true)]).not.toContain(undefined);
  expect(pair.client.open(true)).toBeUndefined();
  pair.settle();
  expect(pair.client.slotsOffered).toBe(0);
  answer(pair.server.requests[0]);
  pair.settle();
  expect([pair.client.slotsOffered, pair.client.connection.canOpenStream()]).toEqual([1, true]);
});

test("a PING of ours gives the round trip", () => {
  const pair = new Http2Pair();
  pair.settle();
  const trips: (number | undefined)[] = [];
  pair.client.connection.ping((ms) => trips.push(ms));
  pair.server.give(pair.client.take());
  pair.time.nowMs += 42;
  pair.client.give(pair.server.take());
  pair.client.connection.ping((ms) => trips.push(ms));
  pair.client.connection.close();
  expect(trips).toEqual([42, undefined]);
});

test("a server's shutdown accepts what was on its way, then refuses, then ends (§6.8)", () => {
  const pair = new Http2Pair();
  const first = pair.client.open(true);
  pair.settle();
  pair.server.connection.shutdown();
  const onItsWay = pair.client.open(true);
  pair.settle();
  expect(pair.client.goaways.map((goaway) => goaway.lastStreamId)).toEqual([2 ** 31 - 1, 3]);
  expect(pair.client.open(true)).toBeUndefined();
  expect(pair.server.requests).toHaveLength(2);
  for (const request of pair.server.requests) answer(request);
  pair.settle();
  expect([first?.ended, onItsWay?.ended]).toEqual([true, true]);
  expect([pair.server.drains, pair.server.ended, pair.client.drains]).toEqual([1, { error: undefined }, 1]);
});

test("a server whose client never answers the PING names the last stream after drainTimeoutMs", () => {
  const server = new TestEndpoint("server");
  const pair = new Http2Pair();
  pair.client.open(true);
  server.give(pair.client.take());
  server.take();
  server.connection.shutdown();
  expect(describeFrames(server.take())).toEqual(["GOAWAY last 2147483647 code 0", "PING"]);
  server.advance(5_000);
  expect(describeFrames(server.take())).toEqual(["GOAWAY last 1 code 0"]);
});

test("GOAWAY fails streams above the last one as unprocessed and lets the rest finish (§6.8)", () => {
  const pair = new Http2Pair();
  const first = pair.client.open(true);
  pair.settle();
  pair.server.connection.shutdown();
  pair.server.connection.drain.finish();
  const late = pair.client.open(true);
  pair.settle();
  expect(late?.error).toMatchObject({ initiator: "remote", unprocessed: true });
  expect(pair.server.requests).toHaveLength(1);
  answer(pair.server.requests[0]);
  pair.settle();
  expect(first?.events.at(-1)).toBe("headers end");
});

test("a client's shutdown says GOAWAY and ends after its last stream", () => {
  const pair = new Http2Pair();
  const call = pair.client.open(true);
  pair.settle();
  pair.client.connection.shutdown();
  pair.settle();
  expect(pair.server.goaways).toMatchObject([{ lastStreamId: 0, errorCode: 0 }]);
  expect([pair.client.ended, pair.client.connection.state]).toEqual([undefined, "draining"]);
  answer(pair.server.requests[0]);
  pair.settle();
  expect([call?.ended, pair.client.drains, pair.client.ended]).toEqual([true, 1, { error: undefined }]);
});

test("close resets every stream and says why", () => {
  const pair = new Http2Pair();
  const call = pair.client.open();
  pair.settle();
  pair.server.connection.close(11, "too_many_pings");
  pair.settle();
  expect(pair.server.requests[0].events).toEqual(["reset connection 11"]);
  expect(pair.client.goaways).toEqual([{ lastStreamId: 1, errorCode: 11, debug: "too_many_pings" }]);
  pair.client.connection.inputEnded();
  expect(call?.events).toEqual(["reset connection 0"]);
  expect(pair.client.ended?.error).toMatchObject({ initiator: "connection" });
});

test("the peer's end without streams is no error", () => {
  const pair = new Http2Pair();
  pair.settle();
  pair.server.connection.inputEnded();
  expect(pair.server.ended).toEqual({ error: undefined });
});

test("a listener that throws ends the connection with INTERNAL_ERROR, not the process", () => {
  const pair = new Http2Pair();
  pair.server.onRequest = () => {
    throw new Error("bug in the transport");
  };
  pair.client.open(true);
  pair.settle();
  expect(pair.server.ended?.error).toMatchObject({ errorCode: 2 });
  expect(pair.client.goaways).toMatchObject([{ errorCode: 2, debug: "" }]);
});

test("a repeated request head is the very same section, with its verdict", () => {
  const pair = new Http2Pair();
  for (let call = 0; call < 4; call++) pair.client.open(true);
  pair.settle();
  const sections = pair.server.requests.map((request) => request.section);
  expect(sections[3]).toBe(sections[2]);
  expect(sections[3]?.fields).toHaveLength(requestHead.length);
});

test("an idle connection asks for no timeout once the handshake is done", () => {
  const pair = new Http2Pair();
  expect(pair.server.connection.nextTimeout()).toBe(11_000);
  pair.settle();
  expect([pair.server.connection.nextTimeout(), pair.client.connection.nextTimeout()]).toEqual([
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
});

test("takeOutput gives undefined when there is nothing", () => {
  const endpoint = new TestEndpoint("client", {}, new FakeTime());
  expect(endpoint.connection.takeOutput()?.length).toBeGreaterThan(24);
  expect(endpoint.connection.takeOutput()).toBeUndefined();
});
