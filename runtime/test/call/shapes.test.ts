// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Code, createOutbox, type Interceptor, type Status, StatusError } from "../../src/index.js";
import { carriers, serve } from "../support/serve.js";
import { both, collect, down, one, type Text, up } from "../support/text-service.js";

async function* texts(...all: string[]): AsyncGenerator<Text> {
  for (const text of all) yield { text };
}

describe.each(carriers)("the four shapes over %s", (carrier) => {
  test("unary: one message each way, with headers, trailers and status beside it", async () => {
    await using served = await serve(carrier);
    const call = served.channel.call(one, { text: "hello" });
    expect(await call).toEqual({ text: "hello" });
    expect(await call.status).toMatchObject({ code: 0 });
    expect([...(await call.trailers)]).toEqual([]);
    expect(call.peer?.address).toBe(carrier === "in-process" ? "in-process" : "127.0.0.1");
  });

  test("unary: an empty message and one of a megabyte", async () => {
    await using served = await serve(carrier);
    expect(await served.channel.call(one, { text: "" })).toEqual({ text: "" });
    const large = "x".repeat(1 << 20);
    expect((await served.channel.call(one, { text: large })).text).toBe(large);
  });

  test("server streaming: every reply in order", async () => {
    await using served = await serve(carrier);
    const call = served.channel.call(down, { text: "a b c" });
    expect(await collect(call)).toEqual([{ text: "a" }, { text: "b" }, { text: "c" }]);
    expect(await call.status).toMatchObject({ code: 0 });
  });

  test("client streaming: from an iterable and by hand", async () => {
    await using served = await serve(carrier);
    expect(await served.channel.call(up, texts("a", "b"))).toEqual({ text: "a b" });
    expect(await served.channel.call(up, [{ text: "c" }, { text: "d" }])).toEqual({ text: "c d" });
    const call = served.channel.call(up);
    await call.send({ text: "e" });
    await call.send({ text: "f" });
    call.halfClose();
    expect(await call).toEqual({ text: "e f" });
  });

  test("client streaming: no message at all", async () => {
    await using served = await serve(carrier);
    expect(await served.channel.call(up, [])).toEqual({ text: "" });
  });

  test("bidirectional: strict alternation by hand", async () => {
    await using served = await serve(carrier);
    const chat = served.channel.call(both);
    const replies = chat[Symbol.asyncIterator]();
    for (const text of ["a", "b", "c"]) {
      await chat.send({ text });
      expect(await replies.next()).toEqual({ done: false, value: { text } });
    }
    chat.halfClose();
    expect(await replies.next()).toMatchObject({ done: true });
    expect(await chat.status).toMatchObject({ code: 0 });
  });

  test("bidirectional: from an iterable", async () => {
    await using served = await serve(carrier);
    expect(await collect(served.channel.call(both, texts("x", "y")))).toEqual([{ text: "x" }, { text: "y" }]);
  });

  test("bidirectional: ten thousand messages each way, none lost, in order", async () => {
    await using served = await serve(carrier);
    const sent = Array.from({ length: 10_000 }, (_, i) => ({ text: `message ${i}` }));
    expect(await collect(served.channel.call(both, sent))).toEqual(sent);
  });

  test("a handler may answer before the requests end", async () => {
    await using served = await serve(carrier, { up: () => ({ text: "early" }) });
    const call = served.channel.call(up);
    await call.send({ text: "a" });
    expect(await call).toEqual({ text: "early" });
    await expect(call.send({ text: "b" })).rejects.toThrow("the call is over");
  });

  test("an outbox lets callbacks feed a stream", async () => {
    await using served = await serve(carrier, {
      down(request) {
        const out = createOutbox<Text>();
        void out.send({ text: `${request.text} 1` });
        queueMicrotask(() => {
          void out.send({ text: `${request.text} 2` });
          out.end();
        });
        return out;
      },
    });
    expect(await collect(served.channel.call(down, { text: "n" }))).toEqual([{ text: "n 1" }, { text: "n 2" }]);
  });

  test("a sync iterable answers a streaming call", async () => {
    await using served = await serve(carrier, { down: () => [{ text: "a" }, { text: "b" }] });
    expect(await collect(served.channel.call(down, { text: "" }))).toEqual([{ text: "a" }, { text: "b" }]);
  });

  test("leaving the loop cancels the call and returns the handler's generator", async () => {
    let returned: () => void = () => {};
    const left = new Promise<void>((resolve) => {
      returned = resolve;
    });
    await using served = await serve(carrier, {
      async *down() {
        try {
          for (;;) yield { text: "again" };
        } finally {
          returned();
        }
      },
    });
    const call = served.channel.call(down, { text: "" });
    for await (const reply of call) {
      expect(reply).toEqual({ text: "again" });
      break;
    }
    expect(await call.status).toMatchObject({ code: 1 });
    await left;
  });

  test("cancelling drops the replies that have arrived, even when the server has ended the call", async () => {
    let serversStatus: Promise<Status> | undefined;
    const keepStatus: Interceptor = async (_call, next) => {
      const response = await next();
      serversStatus = response.status;
      return response;
    };
    await using served = await serve(carrier, {
      async *down(request) {
        yield* texts("a", "b", "c");
        if (request.text === "fail") throw new StatusError(Code.ABORTED, "no");
      },
    });
    for (const text of ["fail", "succeed"]) {
      for (const interceptors of [[], [keepStatus]]) {
        const call = served.channel.call(down, { text }, { interceptors });
        const replies = call[Symbol.asyncIterator]();
        expect(await replies.next()).toMatchObject({ value: { text: "a" } });
        const ended = interceptors.length === 0 ? call.status : serversStatus;
        expect(await ended).toMatchObject({ code: text === "fail" ? Code.ABORTED : Code.OK });
        call.cancel("enough");
        await expect(replies.next()).rejects.toMatchObject({ code: Code.CANCELLED });
        expect(await call.status).toMatchObject({ code: Code.CANCELLED });
      }
    }
  });

  test("await using on a stream cancels it", async () => {
    await using served = await serve(carrier, {
      async *down(_request, context) {
        yield { text: "first" };
        await new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve()));
      },
    });
    let status: Promise<{ code: number }>;
    {
      await using call = served.channel.call(down, { text: "" });
      expect(await call[Symbol.asyncIterator]().next()).toMatchObject({ value: { text: "first" } });
      status = call.status;
    }
    expect(await status).toMatchObject({ code: 1 });
  });
});
