// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import type { Http2LimitName, Http2Limits } from "../../src/http2/limits.js";
import { clientHello, frame, headersFrame } from "./http2-frames.js";
import { concat, requestHead, TestEndpoint } from "./http2-pair.js";

/** RFC 9113 §7. */
export const CALM = 11;

/**
 * A limit tried one below, at and one above its value, on a fresh connection each. Written as a list entry of its own,
 * so that the test of docs/ finds which limits are tried.
 */
export interface Boundary {
  readonly limit: Http2LimitName;
  /** What the limit is set to, unless `use` sets it. */
  readonly value: number;
  /** "above": one above is too much, the rule. "from": at the limit already, as timers are. "below", "upTo": the reverse. */
  readonly hit?: "above" | "from" | "below" | "upTo";
  /** A word where a limit has more than one entry. */
  readonly what?: string;
  /** Lets the peer use so much of what is limited. */
  readonly use: (amount: number, limits: Partial<Http2Limits>) => TestEndpoint;
  /** What shows, besides the counter, that the limit was hit. Without it: the connection ends with ENHANCE_YOUR_CALM. */
  readonly beyond?: (endpoint: TestEndpoint) => void;
  /** What shows that nothing was withheld. */
  readonly within?: (endpoint: TestEndpoint) => void;
}

const hits = {
  above: [false, false, true],
  from: [false, true, true],
  below: [true, false, false],
  upTo: [true, true, false],
};

/** The tests of these boundaries. */
export function testBoundaries(boundaries: readonly Boundary[]): void {
  describe.each(boundaries.map((one) => ({ ...one, what: one.what ?? "" })))("$limit $what", (boundary) => {
    const { limit, value, hit = "above", use, beyond = endsCalmly, within } = boundary;
    test.each([
      ["one below", value - 1, hits[hit][0]],
      ["at", value, hits[hit][1]],
      ["one above", value + 1, hits[hit][2]],
    ])("%s the limit, %i: hit is %s", (_where, amount, isHit) => {
      const endpoint = use(amount, { [limit]: value });
      if (isHit) {
        expect(endpoint.connection.counters[limit]).toBe(1);
        beyond(endpoint, limit, value);
      } else {
        expect([endpoint.connection.counters[limit], endpoint.ended]).toEqual([0, undefined]);
        within?.(endpoint);
      }
    });
  });
}

function endsCalmly(endpoint: TestEndpoint, limit: string, value: number): void {
  expect(endpoint.ended?.error).toMatchObject({ errorCode: CALM });
  expect(endpoint.ended?.error?.message).toContain(`limit ${limit} is ${value}`);
}

/** A server that has seen its client's preface and SETTINGS, then these bytes. */
export function serve(limits: Partial<Http2Limits>, ...bytes: readonly Uint8Array[]): TestEndpoint {
  const server = new TestEndpoint("server", limits);
  server.give(clientHello);
  server.take();
  server.give(concat(bytes));
  return server;
}

/** The same, with the server's SETTINGS acknowledged, so that no timer runs for that. */
export function serveAcknowledged(limits: Partial<Http2Limits>, ...bytes: readonly Uint8Array[]): TestEndpoint {
  return serve(limits, frame(4, 1, 0), ...bytes);
}

export const times = (count: number, make: (index: number) => Uint8Array): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** A request whose body is still to come. */
export const open = (id: number): Uint8Array => headersFrame(id, requestHead, 0x4);
