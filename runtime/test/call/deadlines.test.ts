// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Code, StatusError } from "../../src/index.js";
import { carriers, serve } from "../support/serve.js";
import { collect, down, one, up } from "../support/text-service.js";

const codeOf = (promise: Promise<unknown>): Promise<number> =>
  promise.then(
    () => 0,
    (error: StatusError) => error.code,
  );

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener("abort", () => resolve(signal.reason));
  });

describe.each(carriers)("deadlines and cancellation over %s", (carrier) => {
  test("the deadline travels, aborts the handler's signal and ends the call DEADLINE_EXCEEDED", async () => {
    let told: (reason: unknown) => void = () => {};
    const reason = new Promise<unknown>((resolve) => {
      told = resolve;
    });
    let remaining = Number.NaN;
    await using served = await serve(carrier, {
      async one(request, context) {
        remaining = context.remainingMs();
        told(await aborted(context.signal));
        return request;
      },
    });
    // A first handshake may take longer than the deadline, and the call then never leaves.
    await served.channel.connect();
    expect(await codeOf(served.channel.call(one, { text: "" }, { timeoutMs: 50 }))).toBe(Code.DEADLINE_EXCEEDED);
    expect(await reason).toBeInstanceOf(StatusError);
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(50);
  });

  test("maxTimeoutMs makes the server end a call that has no deadline", async () => {
    await using served = await serve(
      carrier,
      { one: (_request, context) => aborted(context.signal).then(() => ({ text: "late" })) },
      { server: { maxTimeoutMs: 30 } },
    );
    const error = await served.channel.call(one, { text: "" }).catch((reason: StatusError) => reason);
    expect(error).toMatchObject({ code: Code.DEADLINE_EXCEEDED, message: "deadline exceeded" });
  });

  test("a deadline in the past fails without leaving", async () => {
    let calls = 0;
    await using served = await serve(carrier, {
      one(request) {
        calls++;
        return request;
      },
    });
    expect(await codeOf(served.channel.call(one, { text: "" }, { timeoutMs: 0 }))).toBe(Code.DEADLINE_EXCEEDED);
    expect(await codeOf(served.channel.call(one, { text: "" }, { deadline: new Date(0) }))).toBe(
      Code.DEADLINE_EXCEEDED,
    );
    expect(calls).toBe(0);
  });

  test("deadlines of more than 24.8 days are kept", async () => {
    await using served = await serve(carrier, {
      one: (_request, context) => ({ text: String(Math.round(context.remainingMs() / 86_400_000)) }),
    });
    const timeoutMs = 40 * 86_400_000;
    expect(await served.channel.call(one, { text: "" }, { timeoutMs })).toEqual({ text: "40" });
  });

  test("cancel() ends the call CANCELLED here and aborts the handler there", async () => {
    let started: (signal: AbortSignal) => void = () => {};
    const running = new Promise<AbortSignal>((resolve) => {
      started = resolve;
    });
    await using served = await serve(carrier, {
      async up(_requests, context) {
        started(context.signal);
        await aborted(context.signal);
        return { text: "" };
      },
    });
    const call = served.channel.call(up);
    await call.send({ text: "a" });
    const signal = await running;
    call.cancel("no longer wanted");
    const error = await call.catch((reason: StatusError) => reason);
    expect(error).toMatchObject({ code: Code.CANCELLED, message: "cancelled: no longer wanted" });
    await aborted(signal);
  });

  test("an aborted AbortSignal cancels, one that aborted before fails at once, and no listener stays", async () => {
    await using served = await serve(carrier, {
      one: (request, context) => (request.text === "wait" ? aborted(context.signal).then(() => request) : request),
    });
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...all: unknown[]) => {
      listeners++;
      return Reflect.apply(add, signal, all);
    };
    signal.removeEventListener = (...all: unknown[]) => {
      listeners--;
      return Reflect.apply(remove, signal, all);
    };
    for (let i = 0; i < 100; i++) await served.channel.call(one, { text: "" }, { signal });
    expect(listeners).toBe(0);
    const call = served.channel.call(one, { text: "wait" }, { signal });
    controller.abort();
    expect(await codeOf(call)).toBe(Code.CANCELLED);
    expect(await codeOf(served.channel.call(one, { text: "" }, { signal }))).toBe(Code.CANCELLED);
  });

  test("a call made inside a handler inherits the deadline and the cancellation", async () => {
    const seen: Record<string, number> = {};
    let innerAborted: () => void = () => {};
    const inner = new Promise<void>((resolve) => {
      innerAborted = resolve;
    });
    let entered: () => void = () => {};
    const innerEntered = new Promise<void>((resolve) => {
      entered = resolve;
    });
    await using served = await serve(carrier, {
      async one(request, context) {
        seen[request.text] = context.remainingMs();
        if (request.text === "outer") return served.channel.call(one, { text: "inner" });
        if (request.text === "alone") return served.channel.call(one, { text: "free" }, { parent: null });
        if (request.text === "free") return request;
        entered();
        await aborted(context.signal);
        innerAborted();
        return request;
      },
    });
    const call = served.channel.call(one, { text: "outer" }, { timeoutMs: 60_000 });
    await innerEntered;
    expect(seen.inner).toBeLessThanOrEqual(60_000);
    expect(seen.inner).toBeGreaterThan(50_000);
    call.cancel();
    expect(await codeOf(call)).toBe(Code.CANCELLED);
    await inner;
    await served.channel.call(one, { text: "alone" }, { timeoutMs: 60_000 });
    expect(seen.free).toBe(Number.POSITIVE_INFINITY);
  });

  test("headers, trailers and status of a failed call resolve", async () => {
    await using served = await serve(carrier, {
      async *down(_request, context) {
        await aborted(context.signal);
        yield { text: "" };
      },
    });
    const call = served.channel.call(down, { text: "" }, { timeoutMs: 20 });
    const [headers, trailers, status] = await Promise.all([call.headers, call.trailers, call.status]);
    expect([headers.size, trailers.size, status.code]).toEqual([0, 0, Code.DEADLINE_EXCEEDED]);
    expect(await codeOf(collect(call))).toBe(Code.DEADLINE_EXCEEDED);
  });
});
