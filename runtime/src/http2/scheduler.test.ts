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
import { concat, responseHead, TestEndpoint } from "../../test/support/http2-pair.js";

function serverWithStreams(count: number, windowBytes: number): TestEndpoint {
  const server = new TestEndpoint("server");
  const heads = Array.from({ length: count }, (_, index) => headersFrame(2 * index + 1));
  server.give(concat([clientHello, settingsFrame(setting(4, windowBytes)), ...heads]));
  for (const request of server.requests) request.stream?.sendHeaders(responseHead, false);
  server.take();
  return server;
}

test("streams with queued data take turns, one frame each", () => {
  const server = serverWithStreams(3, 1_000_000);
  // The first takes what the connection's window has; the others wait from their first octet.
  server.requests[0].stream?.sendData(new Uint8Array(65_535), true);
  server.requests[1].stream?.sendData(new Uint8Array(40_000), true);
  server.requests[2].stream?.sendData(new Uint8Array(20_000), true);
  server.take();
  server.give(windowUpdate(0, 100_000));
  expect(describeFrames(server.take())).toEqual([
    "DATA 3 of 16384",
    "DATA 5 of 16384",
    "DATA 3 of 16384",
    "DATA 5 of 3616 end",
    "DATA 3 of 7232 end",
  ]);
});

test("a stream without window does not hold up the others", () => {
  const server = serverWithStreams(2, 100);
  server.requests[0].stream?.sendData(new Uint8Array(1_000), true);
  expect(server.requests[1].stream?.sendData(new Uint8Array(100), true)).toBe(true);
  expect(describeFrames(server.take())).toEqual(["DATA 1 of 100", "DATA 3 of 100 end"]);
  server.give(windowUpdate(1, 2_000));
  expect(describeFrames(server.take())).toEqual(["DATA 1 of 900 end"]);
  expect(server.requests[0].events).toEqual(["drained"]);
});

test("small queued messages leave in frames as large as windows allow, in order", () => {
  const server = serverWithStreams(1, 0);
  const { stream } = server.requests[0];
  for (let value = 0; value < 100; value++) stream?.sendData(new Uint8Array(10).fill(value), value === 99);
  expect(stream?.queuedBytes).toBe(1_000);
  server.give(windowUpdate(1, 15));
  server.give(windowUpdate(1, 5_000));
  const frames = parseFrames(server.take());
  expect(frames.map((one) => [one.payload.length, one.flags])).toEqual([[1_000, 1]]);
  expect([...frames[0].payload.slice(8, 22)]).toEqual([0, 0, ...Array(10).fill(1), 2, 2]);
});

test("what a reset stream has queued is dropped", () => {
  const server = serverWithStreams(2, 10);
  for (const { stream } of server.requests) stream?.sendData(new Uint8Array(50), true);
  server.take();
  server.requests[0].stream?.reset(8);
  server.give(concat([windowUpdate(1, 100), windowUpdate(3, 100)]));
  expect(describeFrames(server.take())).toEqual(["RST_STREAM 1 code 8", "DATA 3 of 40 end"]);
  expect(server.connection.scheduler.queuedStreams).toBe(0);
});

test("data sent from outputDrained leaves in the same output", () => {
  const server = serverWithStreams(1, 30);
  const [request] = server.requests;
  request.stream?.sendData(new Uint8Array(40), false);
  server.take();
  request.outputDrained = () => request.stream?.sendData(new Uint8Array(5), true);
  server.give(windowUpdate(1, 100));
  expect(describeFrames(server.connection.takeOutput() as Uint8Array)).toEqual(["DATA 1 of 10", "DATA 1 of 5 end"]);
});
