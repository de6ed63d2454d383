// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { FakeServerEngine, HeldCompressor, head, routeOf } from "../../test/support/fake-engines.js";
import { FakeExchange, framed } from "../../test/support/fake-exchange.js";
import { settled } from "../../test/support/fake-platform.js";
import { concat } from "../../test/support/http2-pair.js";
import { one, type Text } from "../../test/support/text-service.js";
import { grpcServer } from "../protocol/grpc/grpc-server.js";
import { Code } from "../rpc/code.js";
import type { Method } from "../rpc/method.js";
import type { ServerContext } from "../rpc/server-context.js";
import { StatusError } from "../rpc/status-error.js";
import type { Handler } from "./server-engine.js";
import { UnaryServerCall } from "./unary-server-call.js";

const peer = { address: "192.0.2.1", port: 443 };

function serve(handler: Handler, engine = new FakeServerEngine(), ...fields: readonly (readonly [string, string])[]) {
  const exchange = new FakeExchange();
  const route = routeOf(one as unknown as Method, handler);
  const call = new UnaryServerCall(engine, grpcServer, route, exchange, head(...fields), peer);
  return {
    call,
    exchange,
    engine,
    receive(bytes: Uint8Array, endStream = true) {
      call.dataReceived(bytes, 0, bytes.length, endStream);
      return bytes.length;
    },
    get status() {
      return exchange.sections.at(-1)?.["grpc-status"];
    },
  };
}

const echo: Handler = (request) => request;
const never: Handler = () => new Promise(() => {});
const reset = (initiator: "remote" | "connection") => ({ message: "", errorCode: 8, initiator, unprocessed: false });

test("head, message and status leave together; the slot is released once", () => {
  const served = serve(echo);
  served.receive(framed("a"));
  expect(served.exchange.sent).toEqual(["headers", "data a", "headers end"]);
  expect([served.status, served.exchange.released, served.engine.ended]).toEqual(["0", 1, [Code.OK]]);
  expect(served.exchange.consumedBytes).toBe(6);
});

describe("requests that break a rule are refused, credited and counted once", () => {
  const rows: readonly { name: string; body: Uint8Array; code: number; fields?: [string, string][] }[] = [
    { name: "none", body: new Uint8Array(0), code: Code.UNIMPLEMENTED },
    { name: "two", body: concat([framed("a"), framed("b")]), code: Code.UNIMPLEMENTED },
    { name: "undecodable", body: framed("!"), code: Code.INTERNAL },
    { name: "cut short", body: framed("abc").subarray(0, 6), code: Code.INTERNAL },
    { name: "cut short in the prefix", body: framed("abc").subarray(0, 3), code: Code.INTERNAL },
    { name: "a bad flag", body: Uint8Array.of(7, 0, 0, 0, 0), code: Code.INTERNAL },
    { name: "compressed without a coding", body: framed("a", true), code: Code.INTERNAL },
    { name: "too large", body: framed("x".repeat(1_001)), code: Code.RESOURCE_EXHAUSTED },
  ];
  for (const { name, body, code } of rows) {
    for (const size of [1, 4, body.length || 1]) {
      test(`${name}, in chunks of ${size}`, () => {
        let calls = 0;
        const served = serve(() => calls++);
        for (let at = 0; at < body.length; at += size) served.receive(body.slice(at, at + size), false);
        served.receive(new Uint8Array(0));
        expect([served.status, calls, served.exchange.released]).toEqual([String(code), 0, 1]);
        expect([served.exchange.consumedBytes, served.engine.ended]).toEqual([body.length, [code]]);
      });
    }
  }

  test("the last chunk of a refused request is credited, too", () => {
    const served = serve(echo);
    const bytes = served.receive(framed("!"));
    expect(served.exchange.consumedBytes).toBe(bytes);
  });

  test("a request that was being inflated when its call ended is credited", async () => {
    const compressor = new HeldCompressor();
    const engine = new FakeServerEngine({ compressor });
    const served = serve(echo, engine, ["grpc-encoding", "gzip"]);
    const bytes = served.receive(framed("a", true));
    served.call.streamReset(reset("remote"));
    compressor.held[0].finish();
    await settled();
    expect([served.exchange.consumedBytes, served.exchange.released]).toEqual([bytes, 1]);
    expect(served.engine.ended).toEqual([Code.CANCELLED]);
  });
});

describe("a handler", () => {
  test("that never settles keeps its slot when the client has gone, until it settles", async () => {
    for (const initiator of ["remote", "connection"] as const) {
      let settle: (reply: Text) => void = () => {};
      const served = serve(() => new Promise((resolve) => (settle = resolve)));
      served.receive(framed("a"));
      served.call.streamReset(reset(initiator));
      served.call.streamReset(reset(initiator));
      expect([served.exchange.released, served.engine.ended]).toEqual([0, []]);
      settle({ text: "late" });
      await settled();
      expect([served.exchange.released, served.engine.ended, served.exchange.sent]).toEqual([1, [Code.CANCELLED], []]);
    }
  });

  test("is told of the deadline once; the status is ours, and no timer is left", async () => {
    let context: ServerContext | undefined;
    const served = serve(
      (request, given) => {
        context = given;
        return never(request, given);
      },
      undefined,
      ["grpc-timeout", "50m"],
    );
    served.receive(framed("a"));
    const aborts: unknown[] = [];
    context?.signal.addEventListener("abort", () => aborts.push(context?.signal.reason));
    expect(context?.remainingMs()).toBe(50);
    await served.engine.platform.clock.advance(60);
    expect(aborts).toMatchObject([{ code: Code.DEADLINE_EXCEEDED }]);
    expect(served.status).toBe("4");
    expect([served.engine.wheel.size, served.engine.platform.clock.pending]).toEqual([0, 0]);
  });

  test("gets maxTimeoutMs when the client's is longer or absent", () => {
    const engine = new FakeServerEngine({ maxTimeoutMs: 20 });
    const remaining: number[] = [];
    for (const fields of [[], [["grpc-timeout", "50m"]], [["grpc-timeout", "5m"]]] as [string, string][][]) {
      serve(
        (request, context) => {
          remaining.push(context.remainingMs());
          return request;
        },
        engine,
        ...fields,
      ).receive(framed(""));
    }
    expect(remaining).toEqual([20, 20, 5]);
  });

  test("that a cancelled client does not wait for may say so with an AbortError, unreported", async () => {
    for (const [error, reports] of [
      [new DOMException("", "AbortError"), 0],
      [new StatusError(Code.CANCELLED, ""), 0],
      [new Error("a real one"), 1],
    ] as const) {
      let fail: (error: unknown) => void = () => {};
      const served = serve(() => new Promise((_resolve, reject) => (fail = reject)));
      served.receive(framed("a"));
      served.call.streamReset(reset("remote"));
      fail(error);
      await settled();
      expect([served.engine.failures.length, served.exchange.released]).toEqual([reports, 1]);
    }
  });

  test("cannot change headers that have left; a cancelled one can, in vain", async () => {
    const served = serve((request, context) => {
      context.headers.set("x-early", "1");
      context.sendHeaders();
      for (const change of [
        () => context.headers.set("x-late", "1"),
        () => context.headers.append("x-late", "1"),
        () => context.headers.delete("x-early"),
        () => context.headers.merge({ "x-late": "1" }),
      ]) {
        expect(change).toThrow("headers have left already");
      }
      context.trailers.set("x-trailer", "1");
      return request;
    });
    served.receive(framed("a"));
    expect(served.exchange.sections.map((section) => [section["x-early"], section["x-trailer"]])).toEqual([
      ["1", undefined],
      [undefined, "1"],
    ]);
    const unread = serve((request, context) => {
      context.sendHeaders();
      expect(() => context.headers.set("x-late", "1")).toThrow(TypeError);
      return request;
    });
    unread.receive(framed("a"));
    let context: ServerContext | undefined;
    const cancelled = serve((request, given) => {
      context = given;
      return never(request, given);
    });
    cancelled.receive(framed("a"));
    cancelled.call.shutDown();
    expect(() => context?.headers.set("x-late", "1")).not.toThrow();
  });

  test("that throws after sendHeaders() ends with trailers", () => {
    const served = serve((_request, context) => {
      context.sendHeaders();
      throw new StatusError(Code.ABORTED, "no", { metadata: { "x-why": "so" } });
    });
    served.receive(framed("a"));
    expect(served.exchange.sent).toEqual(["headers", "headers end"]);
    expect(served.exchange.sections[1]).toMatchObject({ "grpc-status": "10", "x-why": "so" });
  });

  test("whose status cannot be written ends INTERNAL, reported, with its headers", () => {
    for (const sendsHeaders of [false, true]) {
      const served = serve((_request, context) => {
        if (sendsHeaders) context.sendHeaders();
        throw new StatusError(Code.ABORTED, 5 as never);
      });
      served.receive(framed("a"));
      expect([served.status, served.exchange.released]).toEqual(["13", 1]);
      expect(served.engine.failures).toHaveLength(1);
    }
  });

  test("whose promise lies counts with its first word", async () => {
    for (const [first, second, status, reports] of [
      ["resolve", "reject", "0", 0],
      ["reject", "resolve", "2", 1],
      ["resolve", "resolve", "0", 0],
      ["reject", "reject", "2", 1],
    ] as const) {
      const served = serve((request) => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable that breaks the rules is the point
        then(resolve: (reply: unknown) => void, reject: (error: unknown) => void) {
          for (const how of [first, second]) how === "resolve" ? resolve(request) : reject(new Error("no"));
        },
      }));
      served.receive(framed("a"));
      expect([served.status, served.engine.failures.length, served.exchange.released]).toEqual([status, reports, 1]);
    }
  });

  test("whose promise throws in then() fails the call alone", () => {
    const served = serve(() => ({
      // biome-ignore lint/suspicious/noThenProperty: a thenable that breaks the rules is the point
      then() {
        throw new Error("no then");
      },
    }));
    served.receive(framed("a"));
    expect([served.status, served.engine.failures.length]).toEqual(["2", 1]);
  });
});

test("a reply being compressed when the client leaves goes nowhere; one that cannot be compressed is INTERNAL", async () => {
  const compressor = new HeldCompressor();
  const engine = new FakeServerEngine({ compressor });
  const left = serve(echo, engine, ["grpc-accept-encoding", "gzip"]);
  left.receive(framed("a"));
  left.call.streamReset(reset("remote"));
  compressor.held[0].finish();
  const failed = serve(echo, engine, ["grpc-accept-encoding", "gzip"]);
  failed.receive(framed("a"));
  compressor.held[1].fail(new Error("no memory"));
  const fine = serve(echo, engine, ["grpc-accept-encoding", "gzip"]);
  fine.receive(framed("a"));
  compressor.held[2].finish();
  await settled();
  expect([left.exchange.sent, left.exchange.released]).toEqual([[], 1]);
  expect([failed.status, failed.exchange.released, engine.failures.length]).toEqual(["13", 1, 1]);
  expect([fine.exchange.sent, fine.exchange.released]).toEqual([["headers", "data compressed a", "headers end"], 1]);
});

test("context.compress = false leaves the reply as it is", () => {
  const engine = new FakeServerEngine({ compressor: new HeldCompressor() });
  const served = serve(
    (request, context) => {
      context.compress = false;
      return request;
    },
    engine,
    ["grpc-accept-encoding", "gzip"],
  );
  served.receive(framed("a"));
  expect(served.exchange.sent).toEqual(["headers", "data a", "headers end"]);
});

test("a call that ends while its client takes no data is reset", () => {
  const served = serve(never);
  served.receive(framed("a"));
  served.exchange.queuedBytes = 10;
  served.call.deadlinePassed();
  expect([served.exchange.sent, served.engine.ended]).toEqual([["reset 8"], []]);
});

test("shutdown leaves a call whose client takes no data to the end of its connection, which is UNAVAILABLE", () => {
  const served = serve(never);
  served.receive(framed("a"));
  served.exchange.queuedBytes = 10;
  served.call.shutDown();
  expect([served.exchange.sent, served.call.state, served.call.signal.reason]).toMatchObject([
    [],
    "ended",
    { code: Code.UNAVAILABLE },
  ]);
});
