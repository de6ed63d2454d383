// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { FakeClientEngine, HeldCompressor, responseHead, responseTrailers } from "../../test/support/fake-engines.js";
import { framed } from "../../test/support/fake-exchange.js";
import { settled } from "../../test/support/fake-platform.js";
import { both, collect, down, one, type Text } from "../../test/support/text-service.js";
import type { CallOptions } from "../rpc/call.js";
import { Code } from "../rpc/code.js";
import type { InterceptedResponse, Interceptor } from "../rpc/interceptor.js";
import type { Method } from "../rpc/method.js";
import { StatusError } from "../rpc/status-error.js";
import type { PromiseHandle, StreamHandle } from "./call-handles.js";
import { createOutbox } from "./outbox.js";
import { startCall } from "./start-call.js";

const through: Interceptor = (_call, next) => next();
const asMethod = (method: unknown) => method as Method;

function unaryCall(engine: FakeClientEngine, interceptor: Interceptor, options?: CallOptions): PromiseHandle {
  return startCall(engine, asMethod(one), { text: "a" }, { ...options, interceptors: [interceptor] }) as PromiseHandle;
}

function answer(engine: FakeClientEngine, texts: readonly string[], code = 0): void {
  const { listener } = engine.last;
  if (texts.length > 0) listener.headersReceived(responseHead(), false);
  for (const bytes of texts.map((text) => framed(text))) listener.dataReceived(bytes, 0, bytes.length, false);
  listener.headersReceived(
    texts.length > 0 ? responseTrailers(code) : responseHead(["grpc-status", String(code)]),
    true,
  );
}

describe("an interceptor that never answers", () => {
  const hangs: Interceptor = () => new Promise(() => {});

  test("ends with the deadline", async () => {
    const engine = new FakeClientEngine();
    const call = unaryCall(engine, hangs, { timeoutMs: 50 });
    const failing = call.catch((error: StatusError) => error);
    const headers = call.headers;
    await engine.platform.clock.advance(60);
    expect(await failing).toMatchObject({ code: Code.DEADLINE_EXCEEDED, message: "deadline exceeded after 50 ms" });
    expect([(await headers).size, (await call.trailers).size]).toEqual([0, 0]);
    expect([engine.leftovers, engine.ended, engine.exchanges.length]).toEqual([0, [Code.DEADLINE_EXCEEDED], 0]);
  });

  test("ends with cancel(), with the caller's signal and with the channel", async () => {
    for (const end of ["cancel", "signal", "channel"]) {
      const engine = new FakeClientEngine();
      const controller = new AbortController();
      const call = unaryCall(engine, hangs, { signal: controller.signal });
      const failing = call.catch((error: StatusError) => error.code);
      if (end === "cancel") call.cancel();
      else if (end === "signal") controller.abort();
      else for (const running of engine.running) running.stop({ code: Code.CANCELLED, message: "", details: [] });
      expect(await failing).toBe(Code.CANCELLED);
      expect(engine.leftovers).toBe(0);
    }
  });

  test("rejects what was sent, and says so to the iterable it was given", async () => {
    const engine = new FakeClientEngine();
    const options = { timeoutMs: 50, interceptors: [hangs] };
    const chat = startCall(engine, asMethod(both), options, undefined) as StreamHandle;
    const sending = chat.send({ text: "a" });
    const out = createOutbox<Text>();
    void out.send({ text: "b" });
    const given = startCall(engine, asMethod(both), out, options) as StreamHandle;
    await engine.platform.clock.advance(60);
    await expect(sending).rejects.toMatchObject({ code: Code.DEADLINE_EXCEEDED });
    expect((await given.status).code).toBe(Code.DEADLINE_EXCEEDED);
    expect(out.open).toBe(false);
  });
});

test("sees deadline and signal before next(), and the signal aborts", async () => {
  const engine = new FakeClientEngine();
  let seen: { signal: AbortSignal; remainingMs: number } | undefined;
  const call = unaryCall(
    engine,
    (intercepted, next) => {
      const { signal, deadline } = intercepted;
      seen = { signal, remainingMs: (deadline ?? Number.NaN) - engine.platform.clock.epochNow() };
      return next();
    },
    { timeoutMs: 50 },
  );
  expect(seen?.remainingMs).toBe(50);
  await settled();
  call.cancel();
  expect(seen?.signal.reason).toMatchObject({ code: Code.CANCELLED });
});

test("the deadline spans every attempt, and next() may bring it nearer", async () => {
  const engine = new FakeClientEngine();
  const retry: Interceptor = async (_call, next) => {
    try {
      return await next();
    } catch {
      await new Promise<void>((resolve) => void engine.platform.clock.setTimer(30, resolve));
      return next();
    }
  };
  const call = unaryCall(engine, retry, { timeoutMs: 50 });
  const failing = call.catch((error: StatusError) => error);
  await settled();
  expect(engine.last.fields["grpc-timeout"]).toBe("50000000n");
  answer(engine, [], Code.UNAVAILABLE);
  await settled();
  await engine.platform.clock.advance(40);
  expect(engine.last.fields["grpc-timeout"]).toBe("20000000n");
  await engine.platform.clock.advance(20);
  expect(await failing).toMatchObject({ code: Code.DEADLINE_EXCEEDED, message: "deadline exceeded after 50 ms" });
  expect(engine.ended).toEqual([Code.DEADLINE_EXCEEDED]);
  const nearer: Interceptor = (_call, next) => next({ deadline: engine.platform.clock.epochNow() + 10 });
  const second = unaryCall(engine, nearer, { timeoutMs: 50 });
  const status = second.status;
  await engine.platform.clock.advance(11);
  expect((await status).code).toBe(Code.DEADLINE_EXCEEDED);
  expect(engine.leftovers).toBe(0);
});

test("a unary request is sent again when next() is called again", async () => {
  const engine = new FakeClientEngine();
  const retry: Interceptor = (_call, next) => next().catch(() => next());
  const call = unaryCall(engine, retry);
  await settled();
  answer(engine, [], Code.UNAVAILABLE);
  await settled();
  expect(engine.exchanges.map(({ exchange }) => exchange.sent)).toEqual([["data a end"], ["data a end"]]);
  answer(engine, ["b"]);
  expect(await call).toEqual({ text: "b" });
  expect([engine.leftovers, engine.ended]).toEqual([0, [Code.OK]]);
});

test("next() after the end of the call makes no call", async () => {
  const engine = new FakeClientEngine();
  let proceed: () => void = () => {};
  let outcome: Promise<unknown> | undefined;
  const late: Interceptor = async (_call, next) => {
    await new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const response = next();
    outcome = response.catch((error: StatusError) => error.code);
    return response;
  };
  const call = unaryCall(engine, late);
  await settled();
  call.cancel();
  proceed();
  await settled();
  expect([await outcome, engine.exchanges.length]).toEqual([Code.CANCELLED, 0]);
});

test("an attempt whose response is not used is cancelled when the call ends", async () => {
  const engine = new FakeClientEngine();
  const own = new StatusError(Code.PERMISSION_DENIED, "not you");
  const refuses: Interceptor = async (_call, next) => {
    await next();
    throw own;
  };
  const call = unaryCall(engine, refuses);
  const failing = call.catch((error: StatusError) => error);
  await settled();
  engine.last.listener.headersReceived(responseHead(), false);
  expect(await failing).toBe(own);
  expect(engine.last.exchange.sent).toEqual(["data a end", "reset 8"]);
  expect([engine.leftovers, engine.ended]).toEqual([0, [Code.PERMISSION_DENIED]]);
});

test("of two attempts at once, the one not used is cancelled", async () => {
  const engine = new FakeClientEngine();
  const hedge: Interceptor = (_call, next) => Promise.race([next(), next()]);
  const call = unaryCall(engine, hedge);
  await settled();
  answer(engine, ["b"]);
  expect(await call).toEqual({ text: "b" });
  expect(engine.exchanges.map(({ exchange }) => exchange.sent.at(-1))).toEqual(["reset 8", "data a end"]);
});

for (const [name, interceptor, code] of [
  [
    "throws",
    () => {
      throw new Error("broken");
    },
    Code.UNKNOWN,
  ],
  ["rejects with a status", () => Promise.reject(new StatusError(Code.ABORTED, "no")), Code.ABORTED],
  ["returns nothing", () => Promise.resolve(undefined as never), Code.UNKNOWN],
  ["gives next() a deadline that is none", (_call, next) => next({ deadline: Number.NaN }), Code.UNKNOWN],
  [
    "answers without a status",
    async () => ({ messages: messages([]) }) as unknown as InterceptedResponse,
    Code.UNKNOWN,
  ],
] as [string, Interceptor, number][]) {
  test(`an interceptor that ${name} ends the call, once`, async () => {
    const engine = new FakeClientEngine();
    const call = unaryCall(engine, interceptor);
    await expect(call).rejects.toMatchObject({ code });
    expect((await call.status).code).toBe(code);
    expect([engine.leftovers, engine.ended]).toEqual([0, [code]]);
  });
}

async function* messages(texts: readonly string[]): AsyncGenerator<Text> {
  for (const text of texts) yield { text };
}

test("a generator of an interceptor that throws between replies fails the call and cancels the server's", async () => {
  const engine = new FakeClientEngine();
  const spoils: Interceptor = async (_call, next) => {
    const response = await next();
    async function* spoilt(): AsyncGenerator<object> {
      for await (const message of response.messages) {
        yield message;
        throw new Error("spoilt");
      }
    }
    return response.withMessages(spoilt());
  };
  const call = startCall(engine, asMethod(down), { text: "" }, { interceptors: [spoils] }) as StreamHandle;
  const reading = collect(call);
  await settled();
  engine.last.listener.headersReceived(responseHead(), false);
  const bytes = framed("a");
  engine.last.listener.dataReceived(bytes, 0, bytes.length, false);
  await expect(reading).rejects.toMatchObject({ code: Code.UNKNOWN, message: "spoilt" });
  expect(engine.last.exchange.sent.at(-1)).toBe("reset 8");
});

test("the status is known although nobody reads the replies, which can be read afterwards", async () => {
  const engine = new FakeClientEngine();
  const call = startCall(engine, asMethod(down), { text: "" }, { interceptors: [through] }) as StreamHandle;
  await settled();
  answer(engine, ["a", "b"], Code.ABORTED);
  expect((await call.status).code).toBe(Code.ABORTED);
  expect(engine.leftovers).toBe(0);
  const texts: unknown[] = [];
  const reading = (async () => {
    for await (const message of call) texts.push(message);
  })();
  await expect(reading).rejects.toMatchObject({ code: Code.ABORTED });
  expect(texts).toEqual([{ text: "a" }, { text: "b" }]);
  expect(() => call[Symbol.asyncIterator]()).toThrow("the messages of a call can be iterated once");
});

test("cancelling drops what has arrived; leaving the loop cancels", async () => {
  for (const how of ["cancel", "leave"]) {
    const engine = new FakeClientEngine();
    const call = startCall(engine, asMethod(down), { text: "" }, { interceptors: [through] }) as StreamHandle;
    await settled();
    engine.last.listener.headersReceived(responseHead(), false);
    for (const bytes of ["a", "b"].map((text) => framed(text))) {
      engine.last.listener.dataReceived(bytes, 0, bytes.length, false);
    }
    const iterator = call[Symbol.asyncIterator]();
    expect(await iterator.next()).toMatchObject({ value: { text: "a" } });
    if (how === "cancel") {
      call.cancel();
      await expect(iterator.next()).rejects.toMatchObject({ code: Code.CANCELLED });
    } else {
      await iterator.return?.();
      expect(await iterator.next()).toMatchObject({ done: true });
    }
    expect((await call.status).code).toBe(Code.CANCELLED);
    expect(engine.last.exchange.sent.at(-1)).toBe("reset 8");
    expect(engine.leftovers).toBe(0);
  }
});

test("a message sent without compression stays so behind interceptors", async () => {
  const compressor = new HeldCompressor();
  const engine = new FakeClientEngine(compressor);
  const call = startCall(engine, asMethod(both), { interceptors: [through] }, undefined) as StreamHandle;
  void call.send({ text: "plain" }, { compress: false });
  await settled();
  void call.send({ text: "coded" });
  await settled();
  compressor.held[0].finish();
  await settled();
  expect(engine.last.exchange.sent).toEqual(["data plain", "data compressed coded"]);
  call.cancel();
});
