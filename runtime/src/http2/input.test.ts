// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { clientHello, dataFrame, describeFrames, headersFrame, pingFrame } from "../../test/support/http2-frames.js";
import { concat, type RecordingStream, TestEndpoint } from "../../test/support/http2-pair.js";
import { Random } from "../../test/support/random.js";

const end = 0x1;
const padded = 0x8;

function openServer(head = headersFrame(1, undefined, 0x4)): { server: TestEndpoint; request: RecordingStream } {
  const server = new TestEndpoint("server");
  server.give(concat([clientHello, head]));
  server.take();
  return { server, request: server.requests[0] as RecordingStream };
}

test("large DATA split between chunks is handed on as it comes, and its end with the last octet", () => {
  const { server, request } = openServer();
  const bytes = concat([dataFrame(1, new Random(1).bytes(10_000), end), pingFrame()]);
  for (const [from, to] of [
    [0, 5],
    [5, 9],
    [9, 10],
    [10, 6_009],
    [6_009, 10_000],
    [10_000, bytes.length],
  ]) {
    server.give(bytes.slice(from, to));
  }
  expect(request.events).toEqual(["data 1", "data 5999", "data 3991", "data 9 end"]);
  expect(describeFrames(server.take())).toEqual(["PING ack"]);
});

test("small or padded DATA is put together first", () => {
  const { server, request } = openServer();
  server.give(dataFrame(1, new Uint8Array(4_000)), 1_000);
  server.give(dataFrame(1, [7, ...new Uint8Array(6_007)], padded), 1_000);
  expect(request.events).toEqual(["data 4000", "data 6000"]);
});

for (const chunkBytes of [1, 8, 9, 10, 4_100, 16_000]) {
  test(`chunks of ${chunkBytes} octets carry the same bytes and debit the same windows`, () => {
    const random = new Random(3);
    const frames = [1, 16_384, 4_096, 300, 16_384, 9_000].map((length) => dataFrame(1, random.bytes(length)));
    const [whole, split] = [openServer(), openServer()];
    whole.server.give(concat(frames));
    split.server.give(concat(frames), chunkBytes);
    expect([split.request.bytes, split.request.checksum]).toEqual([whole.request.bytes, whole.request.checksum]);
    const windows = ({ connection }: TestEndpoint) => {
      const { available, owedBytes, unreadBytes } = connection.credit.window;
      return [available + owedBytes, unreadBytes, connection.table.get(1)?.receiveWindow];
    };
    expect(windows(split.server)).toEqual(windows(whole.server));
  });
}

test("a stream reset between two parts hears no more of its frame, and the connection goes on", () => {
  const { server, request } = openServer();
  const frame = dataFrame(1, new Uint8Array(16_384), end);
  server.give(frame.slice(0, 8_000));
  request.stream?.reset(8);
  server.give(concat([frame.slice(8_000), pingFrame()]));
  expect(request.events).toEqual(["data 7991"]);
  expect(describeFrames(server.take())).toEqual(["RST_STREAM 1 code 8", "PING ack"]);
  const { window } = server.connection.credit;
  expect([window.unreadBytes, window.available + window.owedBytes]).toEqual([0, window.sizeBytes]);
});

test("a listener that closes the connection at a part gets no other, and nothing is read behind it", () => {
  const { server, request } = openServer();
  let parts = 0;
  request.dataReceived = () => {
    parts += 1;
    server.connection.close();
  };
  server.give(concat([dataFrame(1, new Uint8Array(16_384)), pingFrame()]), 8_000);
  expect(server.ended).toEqual({ error: undefined });
  expect(parts).toBe(1);
  expect(describeFrames(server.take())).toEqual(["GOAWAY last 1 code 0"]);
});

test("DATA beyond the stream's window is refused at its header; what follows of it is passed over", () => {
  const { server, request } = openServer();
  request.consumes = false;
  const full = Array.from({ length: 16 }, () => dataFrame(1, new Uint8Array(16_384)));
  server.give(concat(full));
  server.give(dataFrame(1, new Uint8Array(8_000)).slice(0, 100));
  expect(describeFrames(server.take())).toContain("RST_STREAM 1 code 3");
  server.give(concat([new Uint8Array(8_009 - 100), pingFrame()]));
  expect(describeFrames(server.take())).toEqual(["PING ack"]);
});

test("a header in two chunks is expected soon; the payload of large DATA is not", () => {
  const { server } = openServer();
  const frame = dataFrame(1, new Uint8Array(5_000));
  const idle = server.connection.nextTimeout();
  server.give(frame.slice(0, 4));
  expect(server.connection.nextTimeout()).toBeLessThan(idle);
  server.give(frame.slice(4, 100));
  expect(server.connection.nextTimeout()).toBe(idle);
});

test("going on when nothing is held back changes nothing, also inside a frame", () => {
  const server = new TestEndpoint("server", { maxNewStreamsPerTurn: 1 });
  server.give(concat([clientHello, headersFrame(1, undefined, 0x4), headersFrame(3)]));
  server.take();
  const ping = pingFrame();
  server.give(ping.slice(0, 5));
  expect(server.connection.continueReceive()).toBe(true);
  server.give(ping.slice(5));
  expect(describeFrames(server.take())).toEqual(["PING ack"]);
});
