// SPDX-License-Identifier: Apache-2.0
// Memory: unread DATA, small DATA (CVE-2026-84304), windows and how they grow, output that is not read.
import { describe, expect, test } from "vitest";
import { open, serve, testBoundaries } from "../../test/support/http2-boundary.js";
import {
  clientHello,
  dataFrame,
  describeFrames,
  frame,
  headersFrame,
  parseFrames,
  pingFrame,
  resetFrame,
  setting,
  settingsFrame,
  windowUpdate,
} from "../../test/support/http2-frames.js";
import { concat, responseHead, TestEndpoint } from "../../test/support/http2-pair.js";
import { field } from "./hpack/field.js";
import type { Http2Limits } from "./limits.js";

const frameBytes = 16_384;

/** A server whose handler reads nothing, with one stream that has got so much. */
function hoard(bytes: number, limits: Partial<Http2Limits>, ofFrameBytes = frameBytes): TestEndpoint {
  const server = serve(limits, open(1));
  server.requests[0].consumes = false;
  for (let left = bytes; left > 0; left -= ofFrameBytes) {
    server.give(dataFrame(1, new Uint8Array(Math.min(left, ofFrameBytes))));
  }
  return server;
}

const large = { streamWindowBytes: 4 * 1024 * 1024, connectionWindowBytes: 16 * 1024 * 1024 };
const paused = (server: TestEndpoint) => expect([server.input, server.ended]).toEqual(["paused", undefined]);
const reading = (server: TestEndpoint) => expect(server.input).toBe("reading");

/** Half a window, whose credit comes with a PING; the other half, and the PING's answer: once, the windows double. */
function growOnce(limits: Partial<Http2Limits>): TestEndpoint {
  const server = serve(limits, open(1));
  const halfAWindow = concat(Array.from({ length: 8 }, () => dataFrame(1, new Uint8Array(frameBytes))));
  server.give(halfAWindow);
  const ping = parseFrames(server.take()).find(({ type }) => type === 6) ?? expect.fail("no PING");
  server.advance(10);
  server.give(concat([halfAWindow, frame(6, 1, 0, ping.payload)]));
  return server;
}

testBoundaries([
  {
    limit: "streamWindowBytes",
    value: 70_000,
    use: (amount, limits) => hoard(amount, { ...limits, maxUnreadBytes: 65_535 }),
    beyond: (server) => {
      expect(server.requests[0].error).toMatchObject({ errorCode: 3, initiator: "local" });
      expect(server.ended).toBeUndefined();
    },
    within: (server) => expect(server.requests[0].error).toBeUndefined(),
  },
  {
    limit: "connectionWindowBytes",
    value: 200_000,
    use: (amount, limits) => hoard(amount, { ...limits, streamWindowBytes: 1_000_000, maxUnreadBytes: 65_535 }),
    beyond: (server) => expect(server.ended?.error).toMatchObject({ errorCode: 3 }),
  },
  {
    limit: "maxStreamWindowBytes",
    value: 2 * 262_144,
    hit: "upTo",
    use: (amount) => growOnce({ maxStreamWindowBytes: amount }),
    beyond: ({ connection }) => expect(connection.streamWindowBytes).toBe(connection.limits.maxStreamWindowBytes),
    within: ({ connection }) => expect(connection.streamWindowBytes).toBe(2 * 262_144),
  },
  {
    limit: "maxConnectionWindowBytes",
    value: 2 * 1024 * 1024,
    hit: "upTo",
    use: (amount) => growOnce({ maxConnectionWindowBytes: amount }),
    beyond: ({ connection }) =>
      expect(connection.credit.window.sizeBytes).toBe(connection.limits.maxConnectionWindowBytes),
    within: ({ connection }) => expect(connection.credit.window.sizeBytes).toBe(2 * 1024 * 1024),
  },
  {
    // 411 frames: more than two times 65,535 with 64 octets each on top, and less without.
    limit: "smallDataFrameBytes",
    value: 256,
    hit: "below",
    use: (amount, limits) => hoard(411 * amount, { ...large, ...limits, maxUnreadBytes: 65_535 }, amount),
    beyond: paused,
    within: reading,
  },
  {
    limit: "maxUnreadBytes",
    value: 70_000,
    use: (amount, limits) => hoard(2 * amount, { ...large, ...limits, smallDataFrameBytes: 0 }),
    beyond: paused,
    within: reading,
  },
  {
    limit: "maxOutputBytes",
    value: 16_384,
    use: (amount, limits) => {
      const server = serve(limits);
      const { output } = server.connection;
      output.ensure(4 * amount);
      output.position += 4 * amount;
      server.give(windowUpdate(0, 1));
      return server;
    },
    beyond: paused,
    within: reading,
  },
]);

describe("smallDataFrameBytes and maxUnreadBytes", () => {
  test("reading resumes when the application has taken half", () => {
    const server = hoard(2_017, { maxUnreadBytes: 65_535 }, 1);
    paused(server);
    server.requests[0].stream?.consumed(1_100);
    reading(server);
  });

  test("beyond maxUnreadBytes the connection's credit is withheld until the application reads", () => {
    const server = serve({ maxUnreadBytes: 200_000, connectionWindowBytes: 131_072 }, open(1));
    server.requests[0].consumes = false;
    const chunk = dataFrame(1, new Uint8Array(frameBytes));
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
});

describe("maxOutputBytes", () => {
  test("heads and trailers that are not read stop a server's reading; it goes on at half of four times the limit", () => {
    const server = new TestEndpoint("server", { maxOutputBytes: frameBytes, maxNewStreamsPerTurn: 1 });
    server.onRequest = (request) => {
      request.stream?.sendHeaders([field("grpc-status", "12"), field("grpc-message", "x".repeat(1_000), true)], true);
      request.stream?.release();
    };
    server.give(clientHello);
    let id = 1;
    for (; server.input === "reading" && id < 2_000; id += 2) server.give(headersFrame(id));
    expect(server.connection.output.untakenBytes).toBeGreaterThan(65_536);
    expect(server.connection.output.untakenBytes).toBeLessThan(65_536 + 1_100);
    const waiting = server.connection.takeOutput() ?? new Uint8Array(0);
    server.connection.outputWritten(waiting.length);
    expect(server.input).toBe("reading");
    server.give(headersFrame(id));
    expect(server.requests).toHaveLength((id + 1) / 2);
  });

  test("DATA waits in its stream while more is not taken; control frames do not", () => {
    const server = serve(
      { maxOutputBytes: frameBytes },
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
});
