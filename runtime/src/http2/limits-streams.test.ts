// SPDX-License-Identifier: Apache-2.0
// Streams: how many, how fast opened, how fast reset (CVE-2023-44487, CVE-2025-8671).
import { describe, expect, test } from "vitest";
import { CALM, open, serve, testBoundaries, times } from "../../test/support/http2-boundary.js";
import {
  clientHello,
  describeFrames,
  frame,
  headersFrame,
  resetFrame,
  settingsFrame,
} from "../../test/support/http2-frames.js";
import { concat, okTrailers, responseHead, TestEndpoint } from "../../test/support/http2-pair.js";
import { field } from "./hpack/field.js";
import type { Http2Limits } from "./limits.js";
import type { Stream } from "./stream.js";

const openAndReset = (count: number, first = 1) =>
  times(count, (index) => concat([open(first + 2 * index), resetFrame(first + 2 * index, 8)]));
const malformed = (count: number, first = 1) =>
  times(count, (index) => headersFrame(first + 2 * index, [field("x", "y")]));

/** What makes `burst` full use of its bucket at once, then so much more a second later. */
function afterASecond(
  make: (count: number, first?: number) => Uint8Array[],
  burst: Partial<Http2Limits>,
): (amount: number, limits: Partial<Http2Limits>) => TestEndpoint {
  return (amount, limits) => {
    const server = serve({ maxConcurrentStreams: 1_000, ...burst, ...limits }, ...make(50));
    server.advance(1_000);
    server.give(concat(make(amount, 101)));
    return server;
  };
}

// Handlers stay in their slots here, so there must be enough of those.
const roomy = { maxConcurrentStreams: 1_000 };
const endsCalmly = (endpoint: TestEndpoint) => expect(endpoint.ended?.error).toMatchObject({ errorCode: CALM });

testBoundaries([
  {
    limit: "maxConcurrentStreams",
    value: 3,
    use: (amount, limits) => serve(limits, ...times(amount, (index) => open(2 * index + 1))),
    beyond: (server) => expect(describeFrames(server.take())).toEqual(["RST_STREAM 7 code 7"]),
  },
  {
    limit: "peerResetBurst",
    value: 200,
    use: (amount, limits) => serve({ ...roomy, ...limits }, ...openAndReset(amount)),
  },
  {
    limit: "peerResetsPerSecond",
    value: 33,
    use: afterASecond(openAndReset, { peerResetBurst: 50 }),
    beyond: endsCalmly,
  },
  {
    limit: "ownResetBurst",
    value: 100,
    use: (amount, limits) => serve(limits, ...malformed(amount)),
  },
  {
    limit: "ownResetsPerSecond",
    value: 10,
    use: afterASecond(malformed, { ownResetBurst: 50 }),
    beyond: endsCalmly,
  },
  {
    limit: "maxNewStreamsPerTurn",
    value: 3,
    use: (amount, limits) => {
      const server = serve(limits);
      server.connection.receive(concat(times(amount, (index) => open(2 * index + 1))));
      return server;
    },
    beyond: (server) => {
      expect(server.requests).toHaveLength(3);
      expect(server.connection.continueReceive()).toBe(true);
      expect(server.requests).toHaveLength(4);
    },
  },
  {
    limit: "maxInterimResponses",
    value: 2,
    use: (amount, limits) => {
      const client = new TestEndpoint("client", limits);
      client.requests.push(client.open() ?? expect.fail("no stream"));
      client.give(concat([settingsFrame(), ...times(amount, () => headersFrame(1, [field(":status", "103")], 4))]));
      return client;
    },
    beyond: (client) => expect(client.requests[0].error).toMatchObject({ errorCode: CALM }),
    within: (client) => expect(client.requests[0].error).toBeUndefined(),
  },
]);

test("a reset does not free the slot of a running handler", () => {
  const server = serve({ maxConcurrentStreams: 2 }, open(1), open(3), resetFrame(1, 8), open(5));
  expect(describeFrames(server.take())).toEqual(["RST_STREAM 5 code 7"]);
  server.requests[0].stream?.release();
  server.requests[0].stream?.release();
  server.give(concat([open(7), open(9)]));
  expect(describeFrames(server.take())).toEqual(["RST_STREAM 9 code 7"]);
  expect(server.requests).toHaveLength(3);
  expect(server.connection.counters.maxConcurrentStreams).toBe(2);
});

test("maxNewStreamsPerTurn: what is received while the rest waits comes behind it", () => {
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

describe("honest peers", () => {
  const strict = { peerResetBurst: 0, peerResetsPerSecond: 0 };

  test("resets after the handler's end, after a second, or after the deadline do not count", () => {
    const server = serve(strict, open(1), open(3), open(5));
    server.requests[0].stream?.release();
    server.give(resetFrame(1, 8));
    if (server.requests[1].stream) server.requests[1].stream.deadlineAt = server.time.nowMs;
    server.give(resetFrame(3, 8));
    server.advance(1_001);
    server.give(resetFrame(5, 8));
    expect(server.ended).toBeUndefined();
  });

  test("a young request is one of a second at most", () => {
    const server = serve(strict, open(1));
    server.advance(1_000);
    server.give(resetFrame(1, 8));
    expect(server.ended?.error).toMatchObject({ errorCode: CALM });
  });

  test("a reset for the client's deadline may come a little before ours, which its HEADERS delayed", () => {
    const server = serve(strict, open(1), open(3));
    const [early, tooEarly] = server.requests.map(({ stream }) => stream as Stream);
    early.deadlineAt = server.time.nowMs + 100;
    server.give(resetFrame(1, 8));
    expect(server.ended).toBeUndefined();
    tooEarly.deadlineAt = server.time.nowMs + 101;
    server.give(resetFrame(3, 8));
    expect(server.ended?.error).toMatchObject({ errorCode: CALM });
  });

  test("a client that leaves young streams once they have answered is never cut off", () => {
    const server = serve({ ...roomy, ...strict });
    for (let id = 1; id < 1_000; id += 2) {
      server.give(open(id));
      const { stream } = server.requests.at(-1) ?? expect.fail("no request");
      stream?.sendHeaders(responseHead, false);
      stream?.sendData(new Uint8Array(10), false);
      server.take();
      server.advance(0.1);
      server.give(resetFrame(id, 8));
    }
    expect([server.ended, server.requests.length]).toEqual([undefined, 500]);
  });

  test("a reset behind its request in one turn counts, although a head was sent at once: nobody waited for it", () => {
    const server = new TestEndpoint("server", { ...roomy, peerResetBurst: 200 });
    server.onRequest = (request) => request.stream?.sendHeaders(responseHead, false);
    server.give(clientHello);
    server.give(concat(openAndReset(300)));
    expect(server.ended?.error).toMatchObject({ errorCode: CALM });
    expect(server.requests).toHaveLength(201);
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
});
