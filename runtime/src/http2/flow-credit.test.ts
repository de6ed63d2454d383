// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import {
  clientHello,
  dataFrame,
  describeFrames,
  frame,
  headersFrame,
  setting,
  settingsFrame,
  windowUpdate,
} from "../../test/support/http2-frames.js";
import { Http2Pair, okTrailers, requestHead, responseHead, TestEndpoint } from "../../test/support/http2-pair.js";
import { Random } from "../../test/support/random.js";

/** What each side may still send, and what the other side believes it may, must agree once nothing is on its way. */
function expectConserved(pair: Http2Pair): void {
  for (const [sender, receiver] of [
    [pair.client.connection, pair.server.connection],
    [pair.server.connection, pair.client.connection],
  ]) {
    const { window } = receiver.credit;
    expect(sender.scheduler.window).toBe(window.available);
    expect(window.available + window.owedBytes).toBe(window.sizeBytes);
    expect(window.unreadBytes).toBe(0);
    expect([sender.streams, sender.scheduler.queuedStreams, sender.scheduler.canSend]).toEqual([0, 0, false]);
    expect(sender.ends.slots).toBe(0);
  }
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`after random traffic no credit is lost and no stream is left (seed ${seed}, §6.9)`, () => {
    const random = new Random(seed);
    const limits = { peerResetBurst: 10_000, streamWindowBytes: 65_535, maxConcurrentStreams: 40 };
    const pair = new Http2Pair(
      { server: limits, client: limits },
      seed % 2 === 0 ? 1 + random.below(5_000) : undefined,
    );
    const calls: (ReturnType<typeof pair.client.open> & object)[] = [];
    for (let step = 0; step < 600; step++) {
      const action = random.below(10);
      const call = calls.length === 0 ? undefined : random.pick(calls);
      const request = pair.server.requests.length === 0 ? undefined : random.pick(pair.server.requests);
      if (action === 0) {
        const opened = pair.client.open();
        if (opened !== undefined) calls.push(opened);
      } else if (action <= 2) call?.stream?.sendData(random.bytes(random.below(40_000)), random.below(8) === 0);
      else if (action === 3) request?.stream?.sendHeaders(responseHead, false);
      else if (action <= 5) request?.stream?.sendData(random.bytes(random.below(40_000)), false);
      else if (action === 6 && random.below(4) === 0) call?.stream?.reset(8);
      else if (action === 7 && random.below(4) === 0) request?.stream?.reset(8);
      else if (action === 8) request?.stream?.sendHeaders(okTrailers, true);
      else pair.settle(random.below(3));
    }
    for (const call of calls) call.stream?.reset(8);
    pair.settle();
    for (const request of pair.server.requests) request.stream?.release();
    pair.settle();
    expect([pair.client.ended, pair.server.ended]).toEqual([undefined, undefined]);
    expectConserved(pair);
  });
}

test("padding is credited to the stream and the connection (§6.1)", () => {
  const server = new TestEndpoint("server");
  server.give(clientHello);
  server.give(headersFrame(1, requestHead, 4));
  server.take();
  const padded = dataFrame(1, [255, 7, ...new Array(255).fill(0)], 0x8);
  for (let count = 0; count < 3_000; count++) server.give(padded);
  const credit = describeFrames(server.take()).filter((one) => one.startsWith("WINDOW_UPDATE"));
  const sum = (id: number) =>
    credit
      .filter((one) => one.startsWith(`WINDOW_UPDATE ${id} `))
      .reduce((total, one) => total + Number(one.split(" ")[3]), 0);
  const stream = server.requests[0].stream;
  expect(server.requests[0].bytes).toBe(3_000);
  expect(sum(0) + server.connection.credit.window.owedBytes).toBe(3_000 * 257);
  expect(sum(1) + (stream?.owedBytes ?? 0)).toBe(3_000 * 257);
});

test("a stream is credited when the application has consumed, not before", () => {
  const pair = new Http2Pair();
  pair.server.onRequest = (request) => {
    request.consumes = false;
  };
  const call = pair.client.open();
  expect(call?.stream?.sendData(new Uint8Array(1_000_000), true)).toBe(false);
  pair.settle();
  const [request] = pair.server.requests;
  expect([request.bytes, call?.stream?.queuedBytes]).toEqual([262_144, 1_000_000 - 262_144]);
  for (let rounds = 0; rounds < 100 && !request.ended; rounds++) {
    request.stream?.consumed(50_000);
    pair.settle();
  }
  expect([request.bytes, call?.events]).toEqual([1_000_000, ["drained"]]);
});

test("windows grow on a long, fast link up to their limits, and not on a slow one", () => {
  const send = (roundTripMs: number, bytes: number) => {
    const pair = new Http2Pair();
    const call = pair.client.open();
    pair.settle(roundTripMs);
    call?.stream?.sendData(new Uint8Array(bytes), true);
    pair.settle(roundTripMs);
    expect(pair.server.requests[0].bytes).toBe(bytes);
    return pair;
  };
  const fast = send(50, 64 * 1024 * 1024);
  expect(fast.server.connection.streamWindowBytes).toBe(4 * 1024 * 1024);
  expect(fast.server.connection.credit.window.sizeBytes).toBe(16 * 1024 * 1024);
  expect(fast.client.connection.peerSettings.initialWindowBytes).toBe(4 * 1024 * 1024);
  expectConserved(finish(fast));

  const slow = new Http2Pair();
  const call = slow.client.open();
  for (let count = 0; count < 500; count++) {
    call?.stream?.sendData(new Uint8Array(2_000), false);
    slow.settle(50);
  }
  expect(slow.server.connection.streamWindowBytes).toBe(256 * 1024);
});

function finish(pair: Http2Pair): Http2Pair {
  for (const { stream } of pair.server.requests) {
    stream?.sendHeaders(okTrailers, true);
    stream?.release();
  }
  pair.settle();
  return pair;
}

test("SETTINGS_INITIAL_WINDOW_SIZE may take a window below zero; sending resumes above it (§6.9.2)", () => {
  const server = new TestEndpoint("server");
  server.give(clientHello);
  server.give(headersFrame(1));
  const { stream } = server.requests[0];
  stream?.sendHeaders(responseHead, false);
  stream?.sendData(new Uint8Array(10_000), false);
  server.take();
  server.give(settingsFrame(setting(4, 1_000)));
  expect(stream?.sendWindow).toBe(-9_000);
  expect(stream?.sendData(new Uint8Array(500), false)).toBe(false);
  server.give(windowUpdate(1, 9_000));
  expect(describeFrames(server.take())).toEqual(["SETTINGS ack"]);
  server.give(windowUpdate(1, 1));
  expect(describeFrames(server.take())).toEqual(["DATA 1 of 1"]);
  server.give(settingsFrame(setting(4, 2_000)));
  expect(describeFrames(server.take())).toEqual(["SETTINGS ack", "DATA 1 of 499"]);
});

test("an empty DATA frame with END_STREAM needs no window (§6.9)", () => {
  const server = new TestEndpoint("server");
  server.give(clientHello);
  server.give(settingsFrame(setting(4, 0)));
  server.give(headersFrame(1));
  server.take();
  const { stream } = server.requests[0];
  stream?.sendHeaders(responseHead, false);
  expect(stream?.sendData(new Uint8Array(0), true)).toBe(true);
  expect(describeFrames(server.take())).toEqual(["HEADERS 1", "DATA 1 of 0 end"]);
});

test("our SETTINGS are in force for HPACK once acknowledged (§6.5.3)", () => {
  const server = new TestEndpoint("server", { headerTableBytes: 0 });
  const pair = new Http2Pair({ server: { headerTableBytes: 0 } });
  for (let count = 0; count < 3; count++) pair.client.open(true);
  pair.settle();
  for (let count = 0; count < 3; count++) pair.client.open(true);
  pair.settle();
  expect([pair.server.requests.length, pair.server.ended]).toEqual([6, undefined]);
  // A peer that acknowledges and goes on using its table breaks the rules.
  server.give(clientHello);
  server.give(frame(4, 1, 0));
  server.give(frame(1, 5, 1, [0x40, 1, 0x61, 1, 0x62]));
  expect(server.ended?.error).toMatchObject({ errorCode: 9 });
});

test("a stream that ends by an empty DATA frame leaves nothing unread (§6.9)", () => {
  const server = new TestEndpoint("server");
  server.onRequest = (request) => request.stream?.sendHeaders(responseHead, false);
  server.give(clientHello);
  for (let id = 1; id < 400; id += 2) {
    server.give(headersFrame(id, requestHead, 4));
    server.give(dataFrame(id, [1, 2, 3]));
    server.give(dataFrame(id, [], 1));
    const { stream } = server.requests[server.requests.length - 1];
    stream?.sendHeaders(okTrailers, true);
    stream?.release();
    server.take();
  }
  expect(server.connection.credit.window.unreadBytes).toBe(0);
});

test("bookkeeping is given back by the share consumed, without a remainder of floating point (CVE-2026-84304)", () => {
  const server = new TestEndpoint("server");
  server.onRequest = (request) => {
    request.consumes = false;
  };
  server.give(clientHello);
  server.give(headersFrame(1, requestHead, 4));
  for (let frames = 0; frames < 22; frames++) server.give(dataFrame(1, [0]));
  const { window } = server.connection.credit;
  expect(window.unreadBytes).toBe(22 + 22 * 64);
  // 1408 × (15 / 22) is 959.9999999999999 when the quotient is taken first.
  server.requests[0].stream?.consumed(15);
  expect(window.unreadBytes).toBe(7 + 7 * 64);
});
