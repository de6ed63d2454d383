// SPDX-License-Identifier: Apache-2.0
// The limits of calls, tried one below, at and one above, and where the counters of both ends can be read.
import { describe, expect, test } from "vitest";
import { type CallOptions, Code, StatusError } from "../../src/index.js";
import { createFakeClock, type FakeClock } from "../../src/testing/index.js";
import { type Served, type ServeOptions, serve } from "../support/serve.js";
import { collect, down, one, type TextHandlers } from "../support/text-service.js";

const limit = 100;
const gzip = { compression: { send: "gzip", minBytes: 0 } } as const;

interface MessageLimit {
  readonly what: string;
  readonly options?: ServeOptions;
  readonly call?: CallOptions;
  /** Who counts a message that is too large; nobody but its sender knows of one that is not sent. */
  readonly countedBy?: "server" | "channel";
}

const messageLimits: readonly MessageLimit[] = [
  { what: "receiveMaxBytes of a server", options: { server: { receiveMaxBytes: limit } }, countedBy: "server" },
  { what: "receiveMaxBytes of a channel", options: { channel: { receiveMaxBytes: limit } }, countedBy: "channel" },
  { what: "receiveMaxBytes of a call", call: { receiveMaxBytes: limit }, countedBy: "channel" },
  {
    what: "receiveMaxBytes of a server, after inflating",
    options: { server: { receiveMaxBytes: limit }, channel: gzip },
    countedBy: "server",
  },
  {
    what: "receiveMaxBytes of a channel, after inflating",
    options: { server: gzip, channel: { receiveMaxBytes: limit } },
    countedBy: "channel",
  },
  { what: "sendMaxBytes of a server", options: { server: { sendMaxBytes: limit, onError: () => {} } } },
  { what: "sendMaxBytes of a channel", options: { channel: { sendMaxBytes: limit } } },
  { what: "sendMaxBytes of a call", call: { sendMaxBytes: limit } },
];

describe.each(messageLimits)("$what", ({ options, call, countedBy }) => {
  const counted = ({ server, channel }: Served) => [
    server.stats().limits.receiveMaxBytes,
    channel.stats().limits.receiveMaxBytes,
  ];
  const shapes: Record<string, (served: Served, text: string) => Promise<unknown>> = {
    unary: ({ channel }, text) => channel.call(one, { text }, call),
    streaming: ({ channel }, text) => collect(channel.call(down, { text }, call)),
  };

  test.each(Object.entries(shapes))("%s, at the limit and one below", async (_shape, run) => {
    await using served = await serve("in-process", {}, options);
    for (const length of [limit - 1, limit]) await run(served, "x".repeat(length));
    expect(counted(served)).toEqual([0, 0]);
  });

  test.each(Object.entries(shapes))("%s, one above", async (_shape, run) => {
    await using served = await serve("in-process", {}, options);
    await expect(run(served, "x".repeat(limit + 1))).rejects.toMatchObject({ code: Code.RESOURCE_EXHAUSTED });
    expect(counted(served)).toEqual([countedBy === "server" ? 1 : 0, countedBy === "channel" ? 1 : 0]);
    await run(served, "x");
  });
});

const timeLimits: readonly {
  readonly what: string;
  readonly options?: ServeOptions;
  readonly call?: (clock: FakeClock) => CallOptions;
}[] = [
  { what: "timeoutMs of a call", call: () => ({ timeoutMs: 1_000 }) },
  { what: "deadline of a call", call: (clock) => ({ deadline: clock.epochNow() + 1_000 }) },
  { what: "timeoutMs of a channel", options: { channel: { timeoutMs: 1_000 } } },
  { what: "maxTimeoutMs of a server", options: { server: { maxTimeoutMs: 1_000 } } },
  {
    what: "maxTimeoutMs of a server, below the client's own",
    options: { server: { maxTimeoutMs: 1_000 } },
    call: () => ({ timeoutMs: 5_000 }),
  },
];

describe.each(timeLimits)("$what", ({ options, call }) => {
  test.each([
    [999, "running"],
    [1_000, "over"],
    [1_001, "over"],
  ])("after %i ms the call is %s", async (ms, expected) => {
    const clock = createFakeClock();
    const never: Partial<TextHandlers> = { one: () => new Promise(() => {}) };
    const served = await serve("in-process", never, { ...options, clock });
    let state = "running";
    const status = served.channel.call(one, { text: "" }, call?.(clock)).status;
    void status.then(() => {
      state = "over";
    });
    await turns();
    clock.advance(ms);
    await turns();
    expect(state).toBe(expected);
    await served.channel.close();
    expect(await status).toMatchObject({ code: expected === "over" ? Code.DEADLINE_EXCEEDED : Code.CANCELLED });
    const stopped = served.server.shutdown({ graceMs: 0 });
    await turns();
    clock.advance(500);
    await stopped;
  });
});

async function turns(): Promise<void> {
  for (let count = 0; count < 10; count++) await new Promise((resolve) => setImmediate(resolve));
}

const sizeIn = (error: unknown) => Number(/are (\d+) bytes/.exec((error as Error).message)?.[1]);

describe("the server's SETTINGS_MAX_HEADER_LIST_SIZE", () => {
  test("a request beyond it fails at once, with its size, and is not sent; one at it is served", async () => {
    await using served = await serve("in-process", {}, { server: { limits: { maxHeaderListBytes: 1_000 } } });
    const call = (pad: number) => served.channel.call(one, { text: "" }, { metadata: { "x-pad": "p".repeat(pad) } });
    const bytes = sizeIn(await call(1_000).catch((error: unknown) => error));
    const fitting = 1_000 - (bytes - 1_000);
    for (const pad of [fitting - 1, fitting]) expect(await call(pad)).toEqual({ text: "" });
    await expect(call(fitting + 1)).rejects.toMatchObject({
      code: Code.RESOURCE_EXHAUSTED,
      message: "headers are 1001 bytes, larger than the peer's SETTINGS_MAX_HEADER_LIST_SIZE (1000)",
    });
    const { calls, limits } = served.server.stats();
    expect([calls.started, calls.refused, limits.maxHeaderListBytes]).toEqual([2, 0, 0]);
  });
});

describe("the client's SETTINGS_MAX_HEADER_LIST_SIZE", () => {
  const handlersWith = (pad: { length: number }): Partial<TextHandlers> => ({
    one(request, context) {
      if (request.text === "headers") context.headers.set("x-pad", "p".repeat(pad.length));
      if (request.text === "trailers") context.trailers.set("x-pad", "p".repeat(pad.length));
      if (request.text === "message") throw new StatusError(Code.ABORTED, "p".repeat(pad.length));
      return request;
    },
    *down(request, context) {
      context.headers.set("x-pad", "p".repeat(request.text === "headers" ? pad.length : 1));
      context.sendHeaders();
      yield request;
      context.trailers.set("x-pad", "p".repeat(request.text === "trailers" ? pad.length : 1));
    },
  });

  test.each([
    ["headers of a unary reply", one, "headers", Code.OK, 2],
    ["trailers of a unary reply", one, "trailers", Code.OK, 2],
    ["the text of a status", one, "message", Code.ABORTED, 2],
    // The handler hears of it itself, by what sendHeaders() throws.
    ["headers of a stream", down, "headers", Code.OK, 0],
    ["trailers of a stream", down, "trailers", Code.OK, 2],
  ] as const)(
    "%s beyond it are not sent, the call is RESOURCE_EXHAUSTED; at it they arrive",
    async (_what, method, text, code, reported) => {
      const reports: unknown[] = [];
      const pad = { length: 1_000 };
      await using served = await serve("in-process", handlersWith(pad), {
        server: { onError: (error) => reports.push(error) },
        channel: { limits: { maxHeaderListBytes: 1_000 } },
      });
      const status = () =>
        (method === one ? served.channel.call(one, { text }) : served.channel.call(down, { text })).status;
      const bytes = sizeIn(await status());
      pad.length = 1_000 - (bytes - 1_000);
      expect(await status()).toMatchObject({ code });
      expect(served.channel.stats().limits.maxHeaderListBytes).toBe(0);
      pad.length += 1;
      const what = text === "headers" ? "headers" : "trailers";
      expect(await status()).toMatchObject({
        code: Code.RESOURCE_EXHAUSTED,
        message: `${what} are 1001 bytes, larger than the peer's SETTINGS_MAX_HEADER_LIST_SIZE (1000)`,
      });
      expect(reports).toHaveLength(reported);
      expect(served.server.stats().calls.running).toBe(0);
    },
  );
});

describe("limits of HTTP/2", () => {
  const many = Object.fromEntries(Array.from({ length: 121 }, (_, index) => [`x-${index}`, ""]));

  test("what a client exceeds is counted by its server, over all connections", async () => {
    await using served = await serve("tcp");
    for (let rounds = 0; rounds < 2; rounds++) {
      const call = served.channel.call(one, { text: "" }, { metadata: many });
      await expect(call).rejects.toMatchObject({ code: Code.UNKNOWN });
    }
    expect(served.server.stats().limits.maxHeaderFields).toBe(2);
    expect(served.channel.stats().limits.maxHeaderFields).toBe(0);
  });

  test("what a server exceeds is counted by its channel, and the call says which limit it was", async () => {
    await using served = await serve(
      "tcp",
      {
        one(request, context) {
          for (const [name, value] of Object.entries(many)) context.trailers.set(name, value);
          for (const [name, value] of Object.entries(many)) context.trailers.append(name, value);
          return request;
        },
      },
      { channel: { limits: { maxHeaderListBytes: 100_000 } } },
    );
    await expect(served.channel.call(one, { text: "" })).rejects.toMatchObject({
      code: Code.RESOURCE_EXHAUSTED,
      message: expect.stringMatching(/^field section of \d+ octets, limit maxHeaderFields is 128$/) as string,
    });
    expect(served.channel.stats().limits.maxHeaderFields).toBe(1);
    expect(served.server.stats().limits.maxHeaderFields).toBe(0);
    expect(await served.channel.call(down, { text: "a b" }).status).toMatchObject({ code: Code.OK });
  });

  test("stats are plain data that do not move", async () => {
    await using served = await serve("in-process");
    const before = served.channel.stats();
    await served.channel.call(one, { text: "" });
    expect(before.calls).toEqual({ started: 0, running: 0, queued: 0, ended: {} });
    const after = served.channel.stats();
    expect(structuredClone(after)).toEqual(after);
    expect(after.calls).toEqual({ started: 1, running: 0, queued: 0, ended: { OK: 1 } });
    expect(after.connections).toEqual({
      attempts: 1,
      failedAttempts: 0,
      connected: 1,
      drained: 0,
      unresponsive: 0,
      open: 1,
    });
    expect(Object.keys(after.limits)).toEqual(Object.keys(served.server.stats().limits));
  });
});
