// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import {
  block,
  clientHello,
  dataFrame,
  describeFrames,
  frame,
  headersFrame,
  pingFrame,
  resetFrame,
  setting,
  settingsFrame,
  windowUpdate,
} from "../../test/support/http2-frames.js";
import { concat, okTrailers, requestHead, responseHead, TestEndpoint } from "../../test/support/http2-pair.js";
import { field } from "./hpack/field.js";
import { defaultHttp2Limits, type Http2LimitName, type Http2Limits, resolveHttp2Limits } from "./limits.js";
import type { Stream } from "./stream.js";

const CALM = 11;

function serve(limits: Partial<Http2Limits>, ...bytes: Uint8Array[]): TestEndpoint {
  const server = new TestEndpoint("server", limits);
  server.give(clientHello);
  server.take();
  server.give(concat(bytes));
  return server;
}

const times = (count: number, make: (index: number) => Uint8Array): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => make(index));
const open = (id: number) => headersFrame(id, requestHead, 0x4);

describe("resolveHttp2Limits", () => {
  test("puts the user's values over the defaults", () => {
    expect(resolveHttp2Limits("server", { maxConcurrentStreams: 5 })).toEqual({
      ...defaultHttp2Limits("server"),
      maxConcurrentStreams: 5,
    });
  });

  test("raises what must not be below the user's value", () => {
    expect(resolveHttp2Limits("client", { streamWindowBytes: 8_000_000 }).maxStreamWindowBytes).toBe(8_000_000);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ maxStreams: 1 }, 'unknown HTTP/2 limit "maxStreams", accepted are maxConcurrentStreams, '],
    [{ constructor: 1 }, 'unknown HTTP/2 limit "constructor"'],
    [{ maxFrameBytes: 1 }, "HTTP/2 limit maxFrameBytes must be an integer from 16384 to 16777215, got 1"],
    [{ maxFrameBytes: "20000" }, "HTTP/2 limit maxFrameBytes must be an integer from 16384 to 16777215, got 20000"],
    [
      { prefaceTimeoutMs: Number.NaN },
      "HTTP/2 limit prefaceTimeoutMs must be an integer from 1 to 2147483647, got NaN",
    ],
    [
      { streamWindowBytes: 100_000, maxStreamWindowBytes: 70_000 },
      "HTTP/2 limit streamWindowBytes (100000) must not be above maxStreamWindowBytes (70000)",
    ],
  ])("refuses %o", (partial, message) => {
    expect(() => resolveHttp2Limits("server", partial as Partial<Http2Limits>)).toThrow(message);
  });
});

/** Floods that end the connection with ENHANCE_YOUR_CALM one past the limit, and not at it. */
const closing: readonly [name: Http2LimitName, limit: number, flood: (count: number) => Uint8Array[]][] = [
  ["maxContinuationFrames", 8, (count) => [frame(1, 1, 1, []), ...times(count, () => frame(9, 0, 1, []))]],
  [
    "maxHeaderBlockBytes",
    300,
    (count) => [frame(1, 1, 1, new Uint8Array(100)), frame(9, 0, 1, new Uint8Array(count - 100))],
  ],
  ["maxEmptyDataFrames", 100, (count) => [open(1), ...times(count, () => dataFrame(1, []))]],
  [
    "maxSettingsEntries",
    32,
    (count) => [settingsFrame(...times(count, () => new Uint8Array(0)).map(() => setting(0x20, 1)))],
  ],
  ["maxSpareWindowUpdates", 5, (count) => times(count, () => windowUpdate(0, 1))],
  ["maxPrioritiesPerStream", 100, (count) => times(count, () => frame(2, 0, 9, [0, 0, 0, 1, 9]))],
  ["maxPrioritiesPerStream", 100, (count) => times(count, (index) => frame(0xbe, 0, index))],
  [
    "peerResetBurst",
    200,
    (count) => times(count, (index) => concat([open(2 * index + 1), resetFrame(2 * index + 1, 8)])),
  ],
  ["ownResetBurst", 100, (count) => times(count, (index) => headersFrame(2 * index + 1, [field("x", "y")]))],
  ["maxQueuedControlRepliesBeforeClose", 1000, (count) => times(count, () => pingFrame())],
];

describe.each(closing)("%s", (name, limit, flood) => {
  // Handlers stay in their slots here, so there must be enough of those.
  const limits = { maxConcurrentStreams: 1000, [name]: limit };

  test("at the limit the connection stands", () => {
    const server = serve(limits, ...flood(limit));
    expect(server.ended).toBeUndefined();
    expect(server.connection.counters[name]).toBe(0);
  });

  test("one past it the connection ends with ENHANCE_YOUR_CALM, counted", () => {
    const server = serve(limits, ...flood(limit + 1));
    expect(server.ended?.error).toMatchObject({ errorCode: CALM });
    expect(server.ended?.error?.message).toContain(`limit ${name} is ${limit}`);
    expect(server.connection.counters[name]).toBe(1);
  });
});

test("maxConcurrentStreams: one more is refused, and a reset does not free the slot of a running handler", () => {
  const server = serve({ maxConcurrentStreams: 2 }, open(1), open(3), open(5));
  expect(describeFrames(server.take())).toEqual(["RST_STREAM 5 code 7"]);
  server.give(concat([resetFrame(1, 8), open(7)]));
  expect(describeFrames(server.take())).toEqual(["RST_STREAM 7 code 7"]);
  server.requests[0].stream?.release();
  server.requests[0].stream?.release();
  server.give(concat([open(9), open(11)]));
  expect(describeFrames(server.take())).toEqual(["RST_STREAM 11 code 7"]);
  expect(server.requests).toHaveLength(3);
  expect(server.connection.counters.maxConcurrentStreams).toBe(3);
});

test("maxHeaderListBytes and maxHeaderFields: one more is answered 431, and the connection goes on", () => {
  const list = requestHead.reduce((sum, { name, value }) => sum + name.length + value.length + 32, 0);
  const padded = (bytes: number) => [...requestHead, field("x", "~".repeat(bytes - list - 33))];
  const server = serve({ maxHeaderListBytes: 1000, maxHeaderFields: 10 }, headersFrame(1, padded(1000)));
  expect(server.requests).toHaveLength(1);
  server.give(headersFrame(3, padded(1001)));
  expect(describeFrames(server.take())).toEqual(["HEADERS 3 end"]);
  const crumbs = (count: number) => [...requestHead, ...Array.from({ length: count }, () => field("cookie", "a"))];
  server.give(headersFrame(5, crumbs(4)));
  server.give(headersFrame(7, crumbs(5), 0x4));
  expect(describeFrames(server.take())).toEqual(["HEADERS 7 end", "RST_STREAM 7 code 0"]);
  expect([server.requests.length, server.ended]).toEqual([2, undefined]);
  expect(server.connection.counters).toMatchObject({ maxHeaderListBytes: 1, maxHeaderFields: 1 });
});

test("maxHeaderListBytes: on a client the stream ends, the connection goes on", () => {
  const client = new TestEndpoint("client", { maxHeaderListBytes: 256 });
  const call = client.open();
  client.give(concat([settingsFrame(), headersFrame(1, [...responseHead, field("x", "~".repeat(300))])]));
  expect(call?.error).toMatchObject({ errorCode: CALM, initiator: "local" });
  expect([client.ended, client.connection.counters.maxHeaderListBytes]).toEqual([undefined, 1]);
});

test("maxFrameBytes: larger frames are taken when announced", () => {
  const server = serve({ maxFrameBytes: 20_000 }, open(1), dataFrame(1, new Uint8Array(20_000)));
  expect(server.requests[0].bytes).toBe(20_000);
  server.give(dataFrame(1, new Uint8Array(20_001)));
  expect(server.ended?.error).toMatchObject({ errorCode: 6 });
  expect(server.connection.counters.maxFrameBytes).toBe(1);
});

describe("windows", () => {
  const filled = (id: number) => [open(id), ...times(16, () => dataFrame(id, new Uint8Array(16_384)))];
  const hoarding = () => {
    const server = new TestEndpoint("server", { maxUnreadBytes: 65_535 });
    server.onRequest = (request) => {
      request.consumes = false;
    };
    server.give(clientHello);
    return server;
  };

  test("streamWindowBytes: an octet more than credited resets the stream", () => {
    const server = hoarding();
    server.give(concat(filled(1)));
    expect(server.requests[0].error).toBeUndefined();
    server.give(dataFrame(1, [1]));
    expect(server.requests[0].error).toMatchObject({ errorCode: 3, initiator: "local" });
    expect(server.ended).toBeUndefined();
  });

  test("connectionWindowBytes: an octet more than credited ends the connection", () => {
    const server = hoarding();
    server.give(concat([...filled(1), ...filled(3), ...filled(5), ...filled(7), open(9)]));
    expect(server.ended).toBeUndefined();
    server.give(dataFrame(9, [1]));
    expect(server.ended?.error).toMatchObject({ errorCode: 3 });
  });
});

test("maxQueuedControlReplies: reading stops one past it and resumes once the peer reads", () => {
  const server = serve({ maxQueuedControlReplies: 10 }, ...times(10, () => pingFrame()));
  expect(server.input).toBe("reading");
  server.give(pingFrame());
  expect(server.input).toBe("paused");
  const bytes = server.connection.takeOutput() as Uint8Array;
  expect(server.input).toBe("paused");
  server.connection.outputWritten(bytes.length);
  expect([server.input, server.connection.counters.maxQueuedControlReplies]).toEqual(["reading", 1]);
});

test("maxNewStreamsPerTurn: the rest of the input waits for the next turn", () => {
  const server = new TestEndpoint("server", { maxNewStreamsPerTurn: 3 });
  server.connection.receive(concat([clientHello, open(1), open(3)]));
  expect(server.connection.receive(concat(times(7, (index) => open(2 * index + 5))))).toBe(false);
  expect(server.requests).toHaveLength(5);
  expect(server.connection.continueReceive()).toBe(false);
  expect(server.connection.receive(open(19))).toBe(true);
  expect(server.requests).toHaveLength(10);
  expect(server.connection.counters.maxNewStreamsPerTurn).toBe(2);
});

test("maxNewStreamsPerTurn: 256 octets of a field block count as another stream, also of a request that is refused", () => {
  const server = new TestEndpoint("server", { maxNewStreamsPerTurn: 4, maxHeaderFields: 8 });
  server.connection.receive(clientHello);
  const bomb = frame(1, 0x5, 1, new Uint8Array(3 * 256).fill(0x82));
  expect(server.connection.receive(concat([bomb, open(3), open(5), open(7)]))).toBe(false);
  expect(server.requests).toHaveLength(0);
  expect(server.connection.continueReceive()).toBe(true);
  expect(server.requests).toHaveLength(3);
});

test("maxInterimResponses: one more 1xx ends the stream", () => {
  const client = new TestEndpoint("client", { maxInterimResponses: 2 });
  const call = client.open();
  const hints = headersFrame(1, [field(":status", "103")], 4);
  client.give(concat([settingsFrame(), hints, hints]));
  expect(call?.error).toBeUndefined();
  client.give(hints);
  expect(call?.error).toMatchObject({ errorCode: CALM });
  expect(client.connection.counters.maxInterimResponses).toBe(1);
});

describe("honest peers", () => {
  test("resets after the handler's end, after a second, or after the deadline do not count", () => {
    const server = serve({ peerResetBurst: 0, peerResetsPerSecond: 0 }, open(1), open(3), open(5));
    server.requests[0].stream?.release();
    server.give(resetFrame(1, 8));
    if (server.requests[1].stream) server.requests[1].stream.deadlineAt = server.time.nowMs;
    server.give(resetFrame(3, 8));
    server.advance(1_001);
    server.give(resetFrame(5, 8));
    expect(server.ended).toBeUndefined();
  });

  test("a reset for the client's deadline may come a little before ours, which its HEADERS delayed", () => {
    const server = serve({ peerResetBurst: 0, peerResetsPerSecond: 0 }, open(1), open(3));
    const [early, tooEarly] = server.requests.map(({ stream }) => stream as Stream);
    early.deadlineAt = server.time.nowMs + 100;
    server.give(resetFrame(1, 8));
    expect(server.ended).toBeUndefined();
    tooEarly.deadlineAt = server.time.nowMs + 101;
    server.give(resetFrame(3, 8));
    expect(server.ended?.error).toMatchObject({ errorCode: CALM });
  });

  test("a stream that ends normally gives a reset back", () => {
    const server = serve({ peerResetBurst: 1, peerResetsPerSecond: 0 });
    for (let id = 1; id < 400; id += 4) {
      server.give(concat([open(id), resetFrame(id, 8), headersFrame(id + 2)]));
      const [aborted, answered] = server.requests.slice(-2);
      aborted.stream?.release();
      answered.stream?.sendHeaders(responseHead, false);
      answered.stream?.sendHeaders(okTrailers, true);
      answered.stream?.release();
      server.take();
    }
    expect(server.ended).toBeUndefined();
  });

  test("our own NO_ERROR and CANCEL do not count against the peer", () => {
    const server = serve({ ownResetBurst: 0, ownResetsPerSecond: 0 });
    for (let id = 1; id < 100; id += 2) {
      server.give(open(id));
      server.requests.at(-1)?.stream?.reset(id % 4 === 1 ? 0 : 8);
    }
    expect(server.ended).toBeUndefined();
  });

  test("a long stream of small messages is never cut, whatever its reader's delay", () => {
    const server = serve({ maxUnreadBytes: 65_535 }, open(1));
    server.requests[0].consumes = false;
    for (let count = 0; count < 20_000; count++) {
      server.give(dataFrame(1, [0, 0, 0, 0, 3, 1, 2, 3]));
      if (count >= 100) server.requests[0].stream?.consumed(8);
    }
    server.take();
    expect([server.ended, server.pauses, server.requests[0].bytes]).toEqual([undefined, 0, 160_000]);
  });

  test("a peer that credits every DATA frame twice is not a WINDOW_UPDATE flood", () => {
    const server = serve({}, headersFrame(1));
    const { stream } = server.requests[0];
    stream?.sendHeaders(responseHead, false);
    for (let count = 0; count < 1_000; count++) {
      stream?.sendData(new Uint8Array(100), false);
      server.take();
      server.give(concat([windowUpdate(1, 100), windowUpdate(0, 100)]));
    }
    expect(server.ended).toBeUndefined();
  });
});

describe("smallDataFrameBytes and maxUnreadBytes", () => {
  test("unread small frames count their bookkeeping, and reading stops before memory is gone", () => {
    const server = serve({ maxUnreadBytes: 65_535 }, open(1));
    server.requests[0].consumes = false;
    const one = dataFrame(1, [1]);
    for (let count = 0; count < 2_016; count++) server.give(one);
    expect(server.input).toBe("reading");
    server.give(one);
    expect([server.input, server.ended]).toEqual(["paused", undefined]);
    server.requests[0].stream?.consumed(1_100);
    expect(server.input).toBe("reading");
  });

  test("beyond maxUnreadBytes the connection's credit is withheld until the application reads", () => {
    const server = serve({ maxUnreadBytes: 200_000, connectionWindowBytes: 131_072 }, open(1));
    server.requests[0].consumes = false;
    const chunk = dataFrame(1, new Uint8Array(16_384));
    for (let count = 0; count < 12; count++) server.give(chunk);
    expect(describeFrames(server.take()).filter((one) => one.startsWith("WINDOW_UPDATE 0"))).toHaveLength(3);
    for (let count = 0; count < 4; count++) server.give(chunk);
    expect(describeFrames(server.take()).filter((one) => one.startsWith("WINDOW_UPDATE"))).toEqual([]);
    expect(server.connection.counters.maxUnreadBytes).toBeGreaterThan(0);
    server.requests[0].stream?.consumed(100_000);
    expect(describeFrames(server.take())).toContain("WINDOW_UPDATE 0 by 65536");
  });

  test("what a reset stream has not read is forgotten", () => {
    const server = serve({}, open(1), dataFrame(1, new Uint8Array(1_000)));
    server.requests[0].consumes = false;
    server.give(dataFrame(1, [1]));
    server.give(resetFrame(1, 8));
    expect(server.connection.credit.window.unreadBytes).toBe(0);
  });
});

describe("timeouts", () => {
  test.each([
    ["nothing", new Uint8Array(0)],
    ["half a preface", clientHello.slice(0, 12)],
    ["half of SETTINGS", clientHello.slice(0, 28)],
  ])("prefaceTimeoutMs: %s ends the connection in time", (_what, bytes) => {
    const server = new TestEndpoint("server", { headerBlockTimeoutMs: 20_000 });
    server.give(bytes);
    server.advance(9_999);
    expect(server.ended).toBeUndefined();
    server.advance(1);
    expect(server.ended?.error?.message).toContain("prefaceTimeoutMs (10000)");
    expect(server.connection.counters.prefaceTimeoutMs).toBe(1);
  });

  test("settingsAckTimeoutMs: SETTINGS_TIMEOUT", () => {
    const server = serve({});
    server.advance(9_999);
    expect(server.ended).toBeUndefined();
    server.advance(1);
    expect(server.ended?.error).toMatchObject({ errorCode: 4 });
  });

  test.each([
    ["half a frame header", frame(1, 5, 1, block(requestHead)).slice(0, 5)],
    ["half of HEADERS", frame(1, 5, 1, block(requestHead)).slice(0, 30)],
    ["a field block without its end", frame(1, 1, 1, block(requestHead))],
  ])("headerBlockTimeoutMs: %s ends the connection in time", (_what, bytes) => {
    const server = serve({}, frame(4, 1, 0), bytes);
    server.advance(4_999);
    expect(server.ended).toBeUndefined();
    server.advance(1);
    expect(server.ended?.error).toMatchObject({ errorCode: CALM });
    expect(server.connection.counters.headerBlockTimeoutMs).toBe(1);
  });

  test.each([
    ["in two pieces", [500]],
    ["with its header cut in two", [5, 500]],
  ])("headerBlockTimeoutMs does not concern DATA that arrives slowly, %s", (_what, cuts) => {
    const server = serve({}, frame(4, 1, 0), open(1));
    const bytes = dataFrame(1, new Uint8Array(1_000));
    for (const [index, cut] of cuts.entries()) server.give(bytes.slice(cuts[index - 1] ?? 0, cut));
    server.advance(50_000);
    expect(server.ended).toBeUndefined();
  });

  test("streamStallTimeoutMs: a stream without credit is reset, others live on", () => {
    const server = serve({}, frame(4, 1, 0), settingsFrame(setting(4, 10)), headersFrame(1), headersFrame(3));
    for (const request of server.requests) request.stream?.sendHeaders(responseHead, false);
    server.requests[0].stream?.sendData(new Uint8Array(100), true);
    server.advance(30_000);
    server.requests[1].stream?.sendData(new Uint8Array(100), true);
    server.take();
    server.advance(29_999);
    expect(server.requests[0].error).toBeUndefined();
    server.advance(1);
    expect(describeFrames(server.take())).toEqual(["RST_STREAM 1 code 8"]);
    expect(server.requests[0].events).toEqual(["reset local 8"]);
    server.give(windowUpdate(3, 10));
    server.take();
    server.advance(59_999);
    expect(server.requests[1].error).toBeUndefined();
    server.advance(1);
    expect(server.requests[1].error).toMatchObject({ errorCode: 8 });
    expect([server.connection.counters.streamStallTimeoutMs, server.ended]).toEqual([2, undefined]);
  });

  test("streamStallTimeoutMs: a socket that takes no bytes ends the connection", () => {
    const server = serve({}, frame(4, 1, 0), pingFrame());
    const bytes = server.connection.takeOutput();
    expect(bytes).toBeDefined();
    server.advance(59_999);
    server.connection.outputWritten(1);
    server.advance(59_999);
    expect(server.ended).toBeUndefined();
    server.advance(1);
    expect(server.ended?.error).toMatchObject({ errorCode: CALM });
  });
});

test("maxOutputBytes: a server that is not read stops reading at four times that, and goes on at half of it", () => {
  const server = new TestEndpoint("server", { maxOutputBytes: 16_384, maxNewStreamsPerTurn: 1 });
  server.onRequest = (request) => {
    request.stream?.sendHeaders([field("grpc-status", "12"), field("grpc-message", "x".repeat(1_000), true)], true);
    request.stream?.release();
  };
  server.give(clientHello);
  let id = 1;
  for (; server.input === "reading" && id < 2_000; id += 2) server.give(headersFrame(id));
  expect(server.connection.output.untakenBytes).toBeGreaterThan(65_536);
  expect(server.connection.output.untakenBytes).toBeLessThan(65_536 + 1_100);
  expect(server.connection.counters.maxOutputBytes).toBe(1);
  const waiting = server.connection.takeOutput() ?? new Uint8Array(0);
  server.connection.outputWritten(waiting.length);
  expect(server.input).toBe("reading");
  server.give(headersFrame(id));
  expect(server.requests).toHaveLength((id + 1) / 2);
});

test("maxOutputBytes: DATA waits in its stream while more is not taken; control frames do not", () => {
  const server = serve(
    { maxOutputBytes: 16_384 },
    settingsFrame(setting(4, 1_000_000)),
    windowUpdate(0, 1_000_000),
    headersFrame(1),
  );
  const { stream } = server.requests[0];
  stream?.sendHeaders(responseHead, false);
  expect(stream?.sendData(new Uint8Array(100_000), false)).toBe(false);
  expect(stream?.queuedBytes).toBeGreaterThan(60_000);
  server.give(pingFrame());
  expect(describeFrames(server.connection.takeOutput() as Uint8Array).at(-1)).toBe("PING ack");
  server.take();
  expect([stream?.queuedBytes, server.requests[0].events]).toEqual([0, ["drained"]]);
});

test("every limit is documented by a default within its own bounds", () => {
  const limits = defaultHttp2Limits("server");
  expect(resolveHttp2Limits("server", limits)).toEqual(limits);
  expect(Object.keys(limits)).toHaveLength(32);
});
