// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Code, contextKey, type Interceptor, type Message, StatusError } from "../../src/index.js";
import { carriers, serve } from "../support/serve.js";
import { both, collect, down, one, type Text, up } from "../support/text-service.js";

const user = contextKey<string>("user");

function tag(name: string, log: string[]): Interceptor {
  return async (call, next) => {
    log.push(`${name} ${call.side} ${call.method.name}`);
    const response = await next();
    const status = await Promise.race([response.status, Promise.resolve("open")]);
    log.push(`${name} back ${typeof status === "string" ? status : status.code}`);
    return response;
  };
}

async function* mapped(messages: AsyncIterable<Message>, map: (text: string) => string): AsyncGenerator<Message> {
  for await (const message of messages) yield { text: map((message as Text).text) };
}

describe.each(carriers)("interceptors over %s", (carrier) => {
  test("run outermost first on each side, for all four shapes", async () => {
    const log: string[] = [];
    await using served = await serve(
      carrier,
      {},
      {
        server: { interceptors: [tag("s1", log), tag("s2", log)] },
        channel: { interceptors: [tag("c1", log)] },
      },
    );
    expect(await served.channel.call(one, { text: "a" })).toEqual({ text: "a" });
    expect(log.filter((line) => !line.includes("back"))).toEqual(["c1 client One", "s1 server One", "s2 server One"]);
    expect(await collect(served.channel.call(down, { text: "a b" }))).toEqual([{ text: "a" }, { text: "b" }]);
    expect(await served.channel.call(up, [{ text: "a" }, { text: "b" }])).toEqual({ text: "a b" });
    const chat = served.channel.call(both);
    const replies = chat[Symbol.asyncIterator]();
    await chat.send({ text: "x" });
    expect(await replies.next()).toMatchObject({ value: { text: "x" } });
    chat.halfClose();
    expect(await replies.next()).toMatchObject({ done: true });
  });

  test("a client interceptor adds metadata, a server one checks it and passes a typed value on", async () => {
    await using served = await serve(
      carrier,
      { one: (_request, context) => ({ text: `user ${context.contextValues.get(user)}` }) },
      {
        server: {
          interceptors: [
            async (call, next) => {
              const token = call.metadata.get("x-token");
              if (token === undefined) throw new StatusError(Code.UNAUTHENTICATED, "no token");
              call.contextValues.set(user, token);
              return next();
            },
          ],
        },
      },
    );
    const withToken: Interceptor = (call, next) => {
      call.metadata.set("x-token", "u1");
      return next();
    };
    expect(await served.channel.call(one, { text: "" }, { interceptors: [withToken] })).toEqual({ text: "user u1" });
    await expect(served.channel.call(one, { text: "" })).rejects.toMatchObject({
      code: Code.UNAUTHENTICATED,
      message: "no token",
    });
  });

  test("messages can be changed on their way in and out", async () => {
    const shout: Interceptor = async (call, next) => {
      const response = await next({ messages: mapped(call.messages, (text) => text.toUpperCase()) });
      return response.withMessages(mapped(response.messages, (text) => `<${text}>`));
    };
    await using served = await serve(carrier, {}, { server: { interceptors: [shout] } });
    expect(await served.channel.call(one, { text: "a" })).toEqual({ text: "<A>" });
    expect(await collect(served.channel.call(down, { text: "a b" }))).toEqual([{ text: "<A>" }, { text: "<B>" }]);
    const twice = await serve(carrier, {}, { channel: { interceptors: [shout] } });
    await using other = twice;
    expect(await other.channel.call(one, { text: "b" })).toEqual({ text: "<B>" });
    expect(await collect(other.channel.call(both, [{ text: "c" }]))).toEqual([{ text: "<C>" }]);
  });

  test("an interceptor catches an error and answers instead, on either side", async () => {
    await using served = await serve(carrier, {
      one(request) {
        if (request.text === "missing") throw new StatusError(Code.NOT_FOUND, "no");
        return request;
      },
    });
    const again: Interceptor = async (_call, next) => {
      async function* replacement(): AsyncGenerator<Message> {
        yield { text: "found" };
      }
      try {
        return await next();
      } catch (error) {
        expect(error).toMatchObject({ code: Code.NOT_FOUND });
        return next({ messages: replacement() });
      }
    };
    expect(await served.channel.call(one, { text: "missing" }, { interceptors: [again] })).toEqual({ text: "found" });
  });

  test("cancelling the handle cancels the call below the interceptors", async () => {
    let aborted: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    let started: () => void = () => {};
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    await using served = await serve(carrier, {
      one: (request, context) =>
        new Promise((resolve) => {
          started();
          context.signal.addEventListener("abort", () => {
            aborted();
            resolve(request);
          });
        }),
    });
    const call = served.channel.call(one, { text: "" }, { interceptors: [(_call, next) => next()] });
    await running;
    call.cancel();
    await expect(call).rejects.toMatchObject({ code: Code.CANCELLED });
    await gone;
  });
});
