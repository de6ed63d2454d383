// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { FakeServerEngine, HeldCompressor, head, routeOf } from "../../test/support/fake-engines.js";
import { FakeExchange, framed } from "../../test/support/fake-exchange.js";
import { settled } from "../../test/support/fake-platform.js";
import { both, down, one, type Text } from "../../test/support/text-service.js";
import { grpcServer } from "../protocol/grpc/grpc-server.js";
import { Code } from "../rpc/code.js";
import type { Interceptor } from "../rpc/interceptor.js";
import type { Method } from "../rpc/method.js";
import type { ServerContext } from "../rpc/server-context.js";
import { StatusError } from "../rpc/status-error.js";
import { createOutbox } from "./outbox.js";
import type { Handler } from "./server-engine.js";
import { StreamingServerCall } from "./streaming-server-call.js";

const peer = { address: "192.0.2.1", port: 443 };

interface Setting {
  readonly method?: unknown;
  readonly interceptors?: readonly Interceptor[];
  readonly engine?: FakeServerEngine;
  readonly fields?: readonly (readonly [string, string])[];
}

function serve(handler: Handler, setting: Setting = {}) {
  const exchange = new FakeExchange();
  const engine = setting.engine ?? new FakeServerEngine();
  const route = routeOf((setting.method ?? both) as Method, handler, setting.interceptors);
  const call = new StreamingServerCall(engine, grpcServer, route, exchange, head(...(setting.fields ?? [])), peer);
  call.start();
  return {
    call,
    exchange,
    engine,
    async receive(...texts: string[]) {
      for (const bytes of texts.map((text) => framed(text))) call.dataReceived(bytes, 0, bytes.length, false);
      await settled();
    },
    async end() {
      call.dataReceived(new Uint8Array(0), 0, 0, true);
      await settled();
    },
    get status() {
      return exchange.sections.at(-1)?.["grpc-status"];
    },
  };
}

const reset = { message: "", errorCode: 8, initiator: "remote", unprocessed: false } as const;
const echo: Handler = async function* (requests) {
  yield* requests as AsyncIterable<Text>;
};

test("replies leave as they are made, the head with the first, the status behind the last", async () => {
  const served = serve(echo);
  await settled();
  expect(served.exchange.sent).toEqual([]);
  await served.receive("a", "b");
  expect(served.exchange.sent).toEqual(["headers", "data a", "data b"]);
  expect(served.exchange.consumedBytes).toBe(12);
  await served.end();
  expect([served.exchange.sent.at(-1), served.status, served.exchange.released]).toEqual(["headers end", "0", 1]);
  expect(served.engine.ended).toEqual([Code.OK]);
});

test("a handler is not asked for the next reply before there is room for it", async () => {
  let made = 0;
  const served = serve(function* () {
    for (;;) yield { text: String(made++) };
  });
  served.exchange.room = "full";
  await settled();
  expect(made).toBe(1);
  served.call.outputDrained();
  await settled();
  expect(made).toBe(2);
  served.call.streamReset(reset);
  await settled();
  expect([made, served.exchange.released, served.engine.ended]).toEqual([2, 1, [Code.CANCELLED]]);
});

test("the status waits for a reply that is being compressed", async () => {
  const compressor = new HeldCompressor();
  const engine = new FakeServerEngine({ compressor });
  const served = serve(() => [{ text: "a" }], { engine, fields: [["grpc-accept-encoding", "gzip"]] });
  await settled();
  expect(served.exchange.sent).toEqual(["headers"]);
  compressor.held[0].finish();
  await settled();
  expect(served.exchange.sent).toEqual(["headers", "data compressed a", "headers end"]);
});

describe("when the client has gone", () => {
  test("an idle outbox is closed and the slot is free at once", async () => {
    const out = createOutbox<Text>();
    const served = serve(() => out);
    await settled();
    served.call.streamReset(reset);
    await settled();
    expect([out.open, served.exchange.released, served.engine.ended]).toEqual([false, 1, [Code.CANCELLED]]);
    await expect(out.send({ text: "late" })).rejects.toMatchObject({ code: Code.CANCELLED });
  });

  test("an idle outbox behind an interceptor that maps its messages is closed, too", async () => {
    const out = createOutbox<Text>();
    const mapping: Interceptor = async (_call, next) => {
      const response = await next();
      async function* mapped(): AsyncGenerator<object> {
        for await (const message of response.messages) yield message;
      }
      return response.withMessages(mapped());
    };
    const served = serve(() => out, { interceptors: [mapping] });
    await settled();
    served.call.streamReset(reset);
    await settled();
    expect([out.open, served.exchange.released]).toEqual([false, 1]);
  });

  test("a generator keeps the slot until it has finished its work, and what it throws then is reported", async () => {
    let goOn: () => void = () => {};
    const served = serve(async function* () {
      try {
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        yield { text: "late" };
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: a generator that fails while it is left is the point
        throw new Error("while leaving");
      }
    });
    await settled();
    served.call.streamReset(reset);
    await settled();
    expect(served.exchange.released).toBe(0);
    goOn();
    await settled();
    expect([served.exchange.released, served.exchange.sent]).toEqual([1, []]);
    expect(served.engine.failures).toMatchObject([{ message: "while leaving" }]);
  });

  test("a handler that reads gets the reason, and what it has not read is credited", async () => {
    let error: unknown;
    const served = serve(async function* (requests) {
      try {
        for await (const request of requests as AsyncIterable<Text>) {
          if (request.text === "stop") await new Promise(() => {});
        }
      } catch (thrown) {
        error = thrown;
        throw thrown;
      }
      yield { text: "" };
    });
    await served.receive("a");
    served.call.streamReset(reset);
    await settled();
    expect(error).toMatchObject({ code: Code.CANCELLED });
    expect(served.engine.failures).toEqual([]);
    const stuck = serve(async function* (requests) {
      for await (const _ of requests as AsyncIterable<Text>) await new Promise(() => {});
      yield { text: "" };
    });
    await stuck.receive("a", "b", "c");
    expect(stuck.exchange.consumedBytes).toBe(6);
    stuck.call.streamReset(reset);
    await stuck.receive("late");
    expect(stuck.exchange.consumedBytes).toBe(18 + 9);
  });

  test("a handler that answers after it all is told that nobody listens", async () => {
    const out = createOutbox<Text>();
    let answer: () => void = () => {};
    const served = serve(
      () =>
        new Promise((resolve) => {
          answer = () => resolve(out);
        }),
    );
    served.call.streamReset(reset);
    answer();
    await settled();
    expect([out.open, served.exchange.released]).toEqual([false, 1]);
  });
});

test("a bad request ends the call while the handler runs; the handler hears of it", async () => {
  let context: ServerContext | undefined;
  const served = serve(async function* (_requests, given) {
    context = given;
    await new Promise((resolve) => given.signal.addEventListener("abort", resolve));
    yield { text: "late" };
  });
  await settled();
  await served.receive("!");
  await settled();
  expect([served.status, served.exchange.released, context?.signal.aborted]).toEqual(["13", 1, true]);
  expect(served.engine.failures).toEqual([]);
});

for (const [name, texts, code] of [
  ["none", [], "12"],
  ["two", ["a", "b"], "12"],
] as const) {
  test(`a server-streaming request with ${name} is UNIMPLEMENTED and runs no handler`, async () => {
    let calls = 0;
    const served = serve(() => [{ text: String(calls++) }], { method: down });
    await served.receive(...texts);
    await served.end();
    expect([served.status, calls, served.exchange.released]).toEqual([code, 0, 1]);
  });
}

describe("interceptors", () => {
  const through: Interceptor = (_call, next) => next();

  for (const [name, interceptor, code, reports] of [
    [
      "throws",
      () => {
        throw new Error("no");
      },
      "2",
      1,
    ],
    ["rejects with a status", () => Promise.reject(new StatusError(Code.ABORTED, "no")), "10", 0],
    ["returns nothing", () => Promise.resolve(undefined as never), "2", 1],
    [
      "throws after next()",
      async (_call, next) => {
        await next();
        throw new StatusError(Code.ABORTED, "no");
      },
      "10",
      0,
    ],
    [
      "calls next() twice",
      async (_call, next) => {
        await next();
        return next();
      },
      "2",
      1,
    ],
    ["gives next() no time", (_call, next) => next({ deadline: Number.NaN }), "2", 1],
  ] as [string, Interceptor, string, number][]) {
    test(`one that ${name} ends the call, once`, async () => {
      const served = serve((request) => request, { method: one, interceptors: [through, interceptor] });
      await served.receive("a");
      await served.end();
      expect([served.status, served.exchange.released, served.engine.ended.length]).toEqual([code, 1, 1]);
      expect(served.engine.failures).toHaveLength(reports);
    });
  }

  test("one that answers in the handler's place tells what the handler gave", async () => {
    const out = createOutbox<Text>();
    const replaces: Interceptor = async (_call, next) => {
      const response = await next();
      async function* other(): AsyncGenerator<Text> {
        yield { text: "other" };
      }
      return response.withMessages(other());
    };
    const served = serve(() => out, { interceptors: [replaces] });
    await settled();
    expect([served.exchange.sent, out.open]).toEqual([["headers", "data other", "headers end"], false]);
  });

  test("one that never answers ends with the deadline it has brought nearer", async () => {
    const served = serve(echo, {
      interceptors: [
        async (call, next) => {
          await next({ deadline: (call.deadline ?? Number.NaN) - 30 });
          return new Promise(() => {});
        },
      ],
      fields: [["grpc-timeout", "50m"]],
    });
    await served.engine.platform.clock.advance(21);
    expect([served.status, served.engine.wheel.size]).toEqual(["4", 0]);
    served.call.shortenDeadline(0);
    expect(served.engine.wheel.size).toBe(0);
  });

  test("status and trailers settle at the end of the call, however it ends", async () => {
    for (const gone of [false, true]) {
      const seen: unknown[] = [];
      const watches: Interceptor = async (_call, next) => {
        const response = await next();
        void response.status.then((status) => seen.push(status.code));
        void response.trailers.then((trailers) => seen.push(trailers.get("x-end")));
        return response;
      };
      const served = serve(
        async function* (requests, context) {
          context.trailers.set("x-end", "1");
          yield* requests as AsyncIterable<Text>;
        },
        { interceptors: [watches] },
      );
      await served.receive("a");
      if (gone) served.call.streamReset(reset);
      await served.end();
      expect(seen).toEqual([gone ? Code.CANCELLED : Code.OK, "1"]);
    }
  });
});
