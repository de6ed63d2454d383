// SPDX-License-Identifier: Apache-2.0
// Field blocks and frames: how large, of how many parts (CVE-2016-6581, CVE-2023-45288, CVE-2024-28182, CVE-2026-49975).
import { expect, test } from "vitest";
import { CALM, open, serve, serveAcknowledged, testBoundaries, times } from "../../test/support/http2-boundary.js";
import { dataFrame, describeFrames, frame, headersFrame, settingsFrame } from "../../test/support/http2-frames.js";
import { concat, requestHead, responseHead, TestEndpoint } from "../../test/support/http2-pair.js";
import { type Field, field, fieldBytes } from "./hpack/field.js";

const bytesOf = (fields: readonly Field[]) => fields.reduce((sum, one) => sum + fieldBytes(one), 0);
const padded = (head: readonly Field[], bytes: number) => [...head, field("x", "~".repeat(bytes - bytesOf(head) - 33))];
const crumbs = (count: number) => [...requestHead, ...Array.from({ length: count }, () => field("cookie", "a"))];
const answered431 = (server: TestEndpoint) => {
  expect(describeFrames(server.take())).toEqual(["HEADERS 1 end"]);
  expect([server.requests.length, server.ended]).toEqual([0, undefined]);
};
const served = (server: TestEndpoint) => expect(server.requests).toHaveLength(1);

testBoundaries([
  {
    limit: "maxHeaderListBytes",
    value: 1_000,
    use: (amount, limits) => serve(limits, headersFrame(1, padded(requestHead, amount))),
    beyond: answered431,
    within: served,
  },
  {
    limit: "maxHeaderListBytes",
    value: 300,
    what: "of a response",
    use: (amount, limits) => {
      const client = new TestEndpoint("client", limits);
      client.requests.push(client.open() ?? expect.fail("no stream"));
      client.give(concat([settingsFrame(), headersFrame(1, padded(responseHead, amount), 4)]));
      return client;
    },
    beyond: (client) => {
      expect(client.requests[0].error).toMatchObject({ errorCode: CALM, initiator: "local" });
      expect(client.requests[0].error?.message).toBe("field section of 301 octets, limit maxHeaderListBytes is 300");
      expect(client.ended).toBeUndefined();
    },
    within: (client) => expect(client.requests[0].events).toEqual(["headers"]),
  },
  {
    limit: "maxHeaderFields",
    value: 10,
    use: (amount, limits) => serve(limits, headersFrame(1, crumbs(amount - requestHead.length))),
    beyond: answered431,
    within: served,
  },
  {
    limit: "maxHeaderBlockBytes",
    value: 300,
    use: (amount, limits) =>
      serve(limits, frame(1, 1, 1, new Uint8Array(100)), frame(9, 0, 1, new Uint8Array(amount - 100))),
  },
  {
    limit: "maxContinuationFrames",
    value: 8,
    use: (amount, limits) => serve(limits, frame(1, 1, 1, []), ...times(amount, () => frame(9, 0, 1, []))),
  },
  {
    limit: "maxFrameBytes",
    value: 20_000,
    use: (amount, limits) => serve(limits, open(1), dataFrame(1, new Uint8Array(amount))),
    beyond: (server) => expect(server.ended?.error).toMatchObject({ errorCode: 6 }),
    within: (server) => expect(server.requests[0].bytes).toBeGreaterThan(19_000),
  },
  {
    // A dynamic table size update of 31 + 68 octets or so (RFC 7541 §6.3), in force once acknowledged.
    limit: "headerTableBytes",
    value: 100,
    use: (amount, limits) => serveAcknowledged(limits, frame(1, 5, 1, [0x3f, amount - 31, 0x82])),
    beyond: (server) => expect(server.ended?.error).toMatchObject({ errorCode: 9 }),
  },
]);

test("a request that is refused for its size and still comes is told to stop", () => {
  const server = serve({ maxHeaderFields: 10 }, headersFrame(1, crumbs(5), 0x4));
  expect(describeFrames(server.take())).toEqual(["HEADERS 1 end", "RST_STREAM 1 code 0"]);
});
