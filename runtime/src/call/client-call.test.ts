// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { FakeClientEngine, HeldCompressor, responseHead, responseTrailers } from "../../test/support/fake-engines.js";
import { framed } from "../../test/support/fake-exchange.js";
import { settled } from "../../test/support/fake-platform.js";
import { both, down, one, type Text, up } from "../../test/support/text-service.js";
import type { CallOptions } from "../rpc/call.js";
import { Code } from "../rpc/code.js";
import type { Method } from "../rpc/method.js";
import type { StatusError } from "../rpc/status-error.js";
import type { PromiseHandle, StreamHandle } from "./call-handles.js";
import { startCall } from "./start-call.js";

const asMethod = (method: unknown) => method as Method;
const unaryCall = (engine: FakeClientEngine, options?: CallOptions) =>
  startCall(engine, asMethod(one), { text: "a" }, options) as PromiseHandle;
const chat = (engine: FakeClientEngine, options?: CallOptions) =>
  startCall(engine, asMethod(both), options, undefined) as StreamHandle;

function receive(engine: FakeClientEngine, text: string, compressed = false): void {
  const bytes = framed(text, compressed);
  engine.last.listener.dataReceived(bytes, 0, bytes.length, false);
}

function answer(engine: FakeClientEngine, ...texts: string[]): void {
  engine.last.listener.headersReceived(responseHead(), false);
  for (const text of texts) receive(engine, text);
  engine.last.listener.headersReceived(responseTrailers(), true);
}

const lost = { message: "reset", errorCode: 2, unprocessed: false } as const;

describe("the end of a call", () => {
  test("OK with one reply resolves; nothing is left and nothing is reset", async () => {
    const engine = new FakeClientEngine();
    const call = unaryCall(engine, { timeoutMs: 100, signal: new AbortController().signal });
    answer(engine, "b");
    expect(await call).toEqual({ text: "b" });
    expect(engine.last.exchange.sent).toEqual(["data a end"]);
    expect(engine.last.exchange.consumedBytes).toBe(6);
    expect([engine.leftovers, engine.ended, engine.platform.clock.pending]).toEqual([0, [Code.OK], 0]);
  });

  for (const [name, end, code] of [
    [
      "a reset by the server",
      (e: FakeClientEngine) => e.last.listener.streamReset({ ...lost, initiator: "remote" }),
      Code.INTERNAL,
    ],
    [
      "a lost connection",
      (e: FakeClientEngine) => e.last.listener.streamReset({ ...lost, initiator: "connection" }),
      Code.UNAVAILABLE,
    ],
    [
      "GOAWAY below the call",
      (e: FakeClientEngine) => e.last.listener.streamReset({ ...lost, initiator: "remote", unprocessed: true }),
      Code.UNAVAILABLE,
    ],
    [
      "a body without trailers",
      (e: FakeClientEngine) => e.last.listener.dataReceived(new Uint8Array(0), 0, 0, true),
      Code.INTERNAL,
    ],
    [
      "a head without trailers",
      (e: FakeClientEngine) => e.last.listener.headersReceived(responseHead(), true),
      Code.UNKNOWN,
    ],
    ["no reply", (e: FakeClientEngine) => answer(e), Code.UNIMPLEMENTED],
    ["two replies", (e: FakeClientEngine) => answer(e, "a", "b"), Code.UNIMPLEMENTED],
    [
      "a second head",
      (e: FakeClientEngine) => {
        e.last.listener.headersReceived(responseHead(), false);
        e.last.listener.headersReceived(responseHead(), false);
      },
      Code.INTERNAL,
    ],
    [
      "half a reply",
      (e: FakeClientEngine) => {
        e.last.listener.headersReceived(responseHead(), false);
        const bytes = framed("abc");
        e.last.listener.dataReceived(bytes, 0, 6, false);
        e.last.listener.headersReceived(responseTrailers(), true);
      },
      Code.INTERNAL,
    ],
  ] as const) {
    for (const method of [one, up]) {
      test(`${name} fails a ${method.shape} call once, whatever comes after`, async () => {
        const engine = new FakeClientEngine();
        const call = startCall(engine, asMethod(method), method === one ? { text: "a" } : [{ text: "a" }], {
          timeoutMs: 50,
        }) as PromiseHandle;
        const failing = call.catch((error: StatusError) => error);
        if (name !== "a body without trailers" || method === one) end(engine);
        else {
          engine.last.listener.headersReceived(responseHead(), false);
          end(engine);
        }
        const before = engine.last.exchange.consumedBytes;
        receive(engine, "late");
        engine.last.listener.headersReceived(responseTrailers(), true);
        engine.last.listener.streamReset({ ...lost, initiator: "connection" });
        call.cancel();
        await engine.platform.clock.advance(100);
        expect(await failing).toMatchObject({ code });
        expect(engine.last.exchange.consumedBytes - before).toBe(9);
        expect([engine.leftovers, engine.ended]).toEqual([0, [code]]);
        expect((await call.status).code).toBe(code);
      });
    }
  }

  test("a reset that comes after the deadline is DEADLINE_EXCEEDED, whatever the server calls it", async () => {
    const engine = new FakeClientEngine();
    const call = unaryCall(engine, { timeoutMs: 50 }).catch((error: StatusError) => error);
    engine.platform.clock.now = () => 1_050;
    engine.last.listener.streamReset({ ...lost, errorCode: 8, initiator: "remote" });
    expect(await call).toMatchObject({ code: Code.DEADLINE_EXCEEDED });
  });
});

describe("before the exchange is open", () => {
  for (const [name, end, code] of [
    ["cancel()", (call: PromiseHandle) => call.cancel(), Code.CANCELLED],
    [
      "the deadline",
      (_call: PromiseHandle, engine: FakeClientEngine) => engine.platform.clock.advance(60),
      Code.DEADLINE_EXCEEDED,
    ],
  ] as const) {
    test(`${name} ends the call, which leaves the queue`, async () => {
      const engine = new FakeClientEngine();
      engine.connection = "connecting";
      const call = unaryCall(engine, { timeoutMs: 50 });
      const failing = call.catch((error: StatusError) => error);
      await end(call, engine);
      expect(await failing).toMatchObject({ code });
      engine.connect();
      expect([engine.leftovers, engine.exchanges.length]).toEqual([0, 0]);
    });
  }

  test("credentials that never answer end with the deadline, and their signal aborts", async () => {
    const engine = new FakeClientEngine();
    let signal: AbortSignal | undefined;
    const credentials: CallOptions["credentials"] = {
      metadata: (request) => {
        signal = request.signal;
        return new Promise(() => {});
      },
    };
    const call = unaryCall(engine, { timeoutMs: 50, credentials }).catch((error: StatusError) => error);
    await engine.platform.clock.advance(60);
    expect(await call).toMatchObject({ code: Code.DEADLINE_EXCEEDED });
    expect(signal?.reason).toMatchObject({ code: Code.DEADLINE_EXCEEDED });
    expect([engine.leftovers, engine.exchanges.length]).toEqual([0, 0]);
  });

  test("messages sent early leave when there is a connection, and reject when there never is", async () => {
    const engine = new FakeClientEngine();
    engine.connection = "connecting";
    const served = chat(engine);
    const sending = served.send({ text: "early" });
    served.halfClose();
    engine.connect();
    await sending;
    expect(engine.last.exchange.sent).toEqual(["data early", "data end"]);
    engine.connection = "connecting";
    const failed = chat(engine);
    const early = failed.send({ text: "early" });
    failed.cancel("changed my mind");
    await expect(early).rejects.toMatchObject({ code: Code.CANCELLED });
    await expect(failed.send({ text: "late" })).rejects.toMatchObject({ code: Code.CANCELLED });
  });

  test("an iterable of requests is told although the call never began", async () => {
    const engine = new FakeClientEngine();
    engine.connection = "connecting";
    let told = 0;
    const requests = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<Text>>(() => {}),
        async return(): Promise<IteratorResult<Text>> {
          told++;
          return { value: undefined, done: true };
        },
      }),
    };
    const call = startCall(engine, asMethod(up), requests, { timeoutMs: 10 }) as PromiseHandle;
    const failing = call.catch((error: StatusError) => error.code);
    await engine.platform.clock.advance(20);
    expect([await failing, told]).toEqual([Code.DEADLINE_EXCEEDED, 1]);
  });
});

describe("options", () => {
  test("bad ones throw before the call exists", () => {
    const engine = new FakeClientEngine();
    expect(() => unaryCall(engine, { timeoutMs: Number.NaN })).toThrow(TypeError);
    expect(() => unaryCall(engine, { metadata: { "grpc-timeout": "1" } })).toThrow(TypeError);
    expect(() => unaryCall(engine, { compression: "gzip" })).toThrow(RangeError);
    expect([engine.leftovers, engine.exchanges.length]).toEqual([0, 0]);
  });

  test("the earliest of timeout, deadline and parent's time wins and is sent", async () => {
    const engine = new FakeClientEngine();
    const deadline = engine.platform.clock.epochNow() + 70;
    const call = unaryCall(engine, { timeoutMs: 100, deadline }).catch((error: StatusError) => error.message);
    expect(engine.last.fields["grpc-timeout"]).toBe("70000000n");
    await engine.platform.clock.advance(80);
    expect(await call).toBe("deadline exceeded after 70 ms");
  });

  test("an aborted signal ends the call with what it was aborted with; no listener stays", async () => {
    const engine = new FakeClientEngine();
    const controller = new AbortController();
    const reason = new Error("user left");
    const call = unaryCall(engine, { signal: controller.signal }).catch((error: StatusError) => error);
    controller.abort(reason);
    expect(await call).toMatchObject({ code: Code.CANCELLED, message: "cancelled: user left", cause: reason });
    expect(engine.last.exchange.sent).toEqual(["data a end", "reset 8"]);
    const timedOut = unaryCall(engine, { signal: AbortSignal.abort(new DOMException("", "TimeoutError")) });
    expect((await timedOut.status).code).toBe(Code.DEADLINE_EXCEEDED);
    expect(engine.leftovers).toBe(0);
  });
});

describe("messages", () => {
  test("one that cannot be sent ends the call with its status, though nobody awaits the send", async () => {
    const engine = new FakeClientEngine();
    const call = chat(engine);
    void call.send({ text: Symbol("none") });
    expect(await call.status).toMatchObject({ code: Code.INTERNAL });
    expect(engine.last.exchange.sent).toEqual(["reset 8"]);
  });

  test("send() after halfClose() rejects and leaves the call as it is", async () => {
    const engine = new FakeClientEngine();
    const call = chat(engine);
    call.halfClose();
    await expect(call.send({ text: "late" })).rejects.toThrow("send() after halfClose()");
    answer(engine, "reply");
    expect((await call.status).code).toBe(Code.OK);
  });

  test("send() on a call that was given its messages is a TypeError, with interceptors too", async () => {
    for (const interceptors of [undefined, [(_call: unknown, next: () => unknown) => next()]] as never[]) {
      const engine = new FakeClientEngine();
      const call = startCall(engine, asMethod(both), [{ text: "a" }], { interceptors }) as StreamHandle;
      await expect(call.send({ text: "b" })).rejects.toThrow("send() on a call whose messages were given");
      expect(() => call.halfClose()).toThrow(TypeError);
      call.cancel();
    }
    const unary = unaryCall(new FakeClientEngine());
    await expect(unary.send({ text: "b" })).rejects.toThrow(TypeError);
    unary.cancel();
  });

  test("an iterable that throws cancels the call, with the error as its cause", async () => {
    const engine = new FakeClientEngine();
    const thrown = new Error("disk gone");
    async function* requests(): AsyncGenerator<Text> {
      yield { text: "a" };
      throw thrown;
    }
    const call = startCall(engine, asMethod(up), requests(), undefined) as PromiseHandle;
    const error = await call.catch((reason: StatusError) => reason);
    expect(error).toMatchObject({ code: Code.CANCELLED, message: "cancelled: disk gone", cause: thrown });
    expect(engine.last.exchange.sent).toEqual(["data a", "reset 8"]);
  });

  test("an iterable whose message cannot be sent fails the call with that status and is told", async () => {
    const engine = new FakeClientEngine();
    let finished = false;
    function* requests(): Generator<Text> {
      try {
        yield { text: "x".repeat(1_001) };
      } finally {
        finished = true;
      }
    }
    const call = startCall(engine, asMethod(up), requests(), undefined) as PromiseHandle;
    await expect(call).rejects.toMatchObject({ code: Code.RESOURCE_EXHAUSTED });
    await settled();
    expect(finished).toBe(true);
  });

  test("an iterable that cannot be iterated ends the call", async () => {
    const engine = new FakeClientEngine();
    const requests = {
      [Symbol.asyncIterator]: () => {
        throw new TypeError("iterated before");
      },
    };
    const call = startCall(engine, asMethod(up), requests, undefined) as PromiseHandle;
    await expect(call).rejects.toMatchObject({ code: Code.CANCELLED, message: "cancelled: iterated before" });
  });

  test("replies that nobody reads are credited when the call ends", async () => {
    const engine = new FakeClientEngine();
    const call = startCall(engine, asMethod(down), { text: "" }, undefined) as StreamHandle;
    engine.last.listener.headersReceived(responseHead(), false);
    for (const text of ["a", "b", "c"]) receive(engine, text);
    expect(engine.last.exchange.consumedBytes).toBe(0);
    engine.last.listener.headersReceived(responseTrailers(), true);
    expect((await call.status).code).toBe(Code.OK);
    expect(engine.last.exchange.consumedBytes).toBe(18);
  });

  test("a unary reply that is being inflated when the call is cancelled is dropped", async () => {
    const compressor = new HeldCompressor();
    const engine = new FakeClientEngine(compressor);
    const call = unaryCall(engine, { compression: false });
    const failing = call.catch((error: StatusError) => error.code);
    engine.last.listener.headersReceived(responseHead(["grpc-encoding", "gzip"]), false);
    receive(engine, "b", true);
    engine.last.listener.headersReceived(responseTrailers(), true);
    call.cancel();
    compressor.held[0].finish();
    expect(await failing).toBe(Code.CANCELLED);
    await settled();
    expect(engine.ended).toEqual([Code.CANCELLED]);
  });

  test("a request that is being compressed when the call ends goes nowhere", async () => {
    const compressor = new HeldCompressor();
    const engine = new FakeClientEngine(compressor);
    const call = unaryCall(engine);
    call.cancel();
    compressor.held[0].fail(new Error("no memory"));
    await settled();
    expect((await call.status).code).toBe(Code.CANCELLED);
    expect(engine.last.exchange.sent).toEqual(["reset 8"]);
  });
});

test("a failure that is read from the status, or asked for by cancel(), needs no catch", async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown) => void unhandled.push(reason);
  process.on("unhandledRejection", listener);
  const engine = new FakeClientEngine();
  const failed = unaryCall(engine);
  const status = failed.status;
  engine.last.listener.headersReceived(responseTrailers(5, "no"), true);
  expect(await status).toMatchObject({ code: Code.NOT_FOUND, message: "no" });
  unaryCall(engine).cancel();
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", listener);
  expect(unhandled).toEqual([]);
});
