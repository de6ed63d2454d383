// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import {
  createHttp2Counters,
  defaultHttp2Limits,
  type Http2Limits,
  http2LimitNames,
  resolveHttp2Limits,
} from "./limits.js";

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

test("every default lies within its own bounds, and every limit has a counter", () => {
  const limits = defaultHttp2Limits("server");
  expect(resolveHttp2Limits("server", limits)).toEqual(limits);
  expect(Object.keys(limits)).toEqual(http2LimitNames);
  expect(createHttp2Counters()).toEqual(Object.fromEntries(http2LimitNames.map((name) => [name, 0])));
});
