// SPDX-License-Identifier: Apache-2.0
// Peers that begin and do not go on: slow-loris, readers that stop reading (CVE-2019-9517), a drain nobody answers.
import { describe, expect, test } from "vitest";
import { CALM, open, serve, serveAcknowledged, testBoundaries } from "../../test/support/http2-boundary.js";
import {
  block,
  clientHello,
  dataFrame,
  describeFrames,
  frame,
  headersFrame,
  pingFrame,
  setting,
  settingsFrame,
  windowUpdate,
} from "../../test/support/http2-frames.js";
import { requestHead, responseHead, TestEndpoint } from "../../test/support/http2-pair.js";
import type { Http2Limits } from "./limits.js";

const slowHeaders =
  (...bytes: Uint8Array[]) =>
  (amount: number, limits: Partial<Http2Limits>) => {
    const server = serveAcknowledged(limits, ...bytes);
    server.advance(amount);
    return server;
  };
const wholeBlock = frame(1, 5, 1, block(requestHead));

testBoundaries([
  {
    limit: "headerBlockTimeoutMs",
    value: 5_000,
    hit: "from",
    what: "with half a frame header",
    use: slowHeaders(wholeBlock.slice(0, 5)),
  },
  {
    limit: "headerBlockTimeoutMs",
    value: 5_000,
    hit: "from",
    what: "with half of HEADERS",
    use: slowHeaders(wholeBlock.slice(0, 30)),
  },
  {
    limit: "headerBlockTimeoutMs",
    value: 5_000,
    hit: "from",
    what: "with a field block without its end",
    use: slowHeaders(frame(1, 1, 1, block(requestHead))),
  },
  {
    limit: "prefaceTimeoutMs",
    value: 10_000,
    hit: "from",
    use: (amount, limits) => {
      const server = new TestEndpoint("server", limits);
      server.advance(amount);
      return server;
    },
    beyond: (server) => expect(server.ended?.error?.message).toContain("prefaceTimeoutMs (10000)"),
  },
  {
    limit: "settingsAckTimeoutMs",
    value: 10_000,
    hit: "from",
    use: (amount, limits) => {
      const server = serve(limits);
      server.advance(amount);
      return server;
    },
    beyond: (server) => expect(server.ended?.error).toMatchObject({ errorCode: 4 }),
  },
  {
    limit: "streamStallTimeoutMs",
    value: 60_000,
    hit: "from",
    what: "of bytes that the socket does not take",
    use: (amount, limits) => {
      const server = serveAcknowledged(limits, pingFrame());
      expect(server.connection.takeOutput()).toBeDefined();
      server.advance(59_999);
      server.connection.outputWritten(1);
      server.advance(amount);
      return server;
    },
    beyond: (server) => expect(server.ended?.error).toMatchObject({ errorCode: CALM }),
  },
  {
    limit: "streamStallTimeoutMs",
    value: 60_000,
    hit: "from",
    what: "of a stream without credit",
    use: (amount, limits) => {
      const server = serveAcknowledged(limits, settingsFrame(setting(4, 10)), headersFrame(1));
      server.requests[0].stream?.sendHeaders(responseHead, false);
      server.requests[0].stream?.sendData(new Uint8Array(100), true);
      server.take();
      server.advance(amount);
      return server;
    },
    beyond: (server) => {
      expect(describeFrames(server.take())).toEqual(["RST_STREAM 1 code 8"]);
      expect([server.requests[0].events, server.ended]).toEqual([["reset local 8"], undefined]);
    },
  },
  {
    limit: "drainTimeoutMs",
    value: 5_000,
    hit: "from",
    use: (amount, limits) => {
      const server = serveAcknowledged(limits, open(1));
      server.connection.shutdown();
      server.take();
      server.advance(amount);
      return server;
    },
    beyond: (server) => expect(describeFrames(server.take())).toEqual(["GOAWAY last 1 code 0"]),
    within: (server) => expect(server.take()).toHaveLength(0),
  },
]);

describe("prefaceTimeoutMs", () => {
  test.each([
    ["half a preface", clientHello.slice(0, 12)],
    ["half of SETTINGS", clientHello.slice(0, 28)],
  ])("%s does not stop the clock", (_what, bytes) => {
    const server = new TestEndpoint("server", { headerBlockTimeoutMs: 20_000 });
    server.give(bytes);
    server.advance(9_999);
    expect(server.ended).toBeUndefined();
    server.advance(1);
    expect(server.ended?.error?.message).toContain("prefaceTimeoutMs (10000)");
  });
});

describe("headerBlockTimeoutMs does not concern DATA that arrives slowly", () => {
  test.each([
    ["in two pieces", [500]],
    ["with its header cut in two", [5, 500]],
  ])("%s", (_what, cuts) => {
    const server = serveAcknowledged({}, open(1));
    const bytes = dataFrame(1, new Uint8Array(1_000));
    for (const [index, cut] of cuts.entries()) server.give(bytes.slice(cuts[index - 1] ?? 0, cut));
    server.advance(50_000);
    expect(server.ended).toBeUndefined();
  });
});

test("streamStallTimeoutMs: progress starts the clock anew, and others live on", () => {
  const server = serveAcknowledged({}, settingsFrame(setting(4, 10)), headersFrame(1), headersFrame(3));
  for (const request of server.requests) request.stream?.sendHeaders(responseHead, false);
  server.requests[0].stream?.sendData(new Uint8Array(100), true);
  server.advance(30_000);
  server.requests[1].stream?.sendData(new Uint8Array(100), true);
  server.take();
  server.advance(30_000);
  expect(describeFrames(server.take())).toEqual(["RST_STREAM 1 code 8"]);
  server.give(windowUpdate(3, 10));
  server.take();
  server.advance(59_999);
  expect(server.requests[1].error).toBeUndefined();
  server.advance(1);
  expect(server.requests[1].error).toMatchObject({ errorCode: 8 });
  expect([server.connection.counters.streamStallTimeoutMs, server.ended]).toEqual([2, undefined]);
});
