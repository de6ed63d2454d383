// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { FakeServerEngine, head, routeOf } from "../../test/support/fake-engines.js";
import { FakeExchange, framed } from "../../test/support/fake-exchange.js";
import { settled } from "../../test/support/fake-platform.js";
import { one, type Text } from "../../test/support/text-service.js";
import { grpcServer } from "../protocol/grpc/grpc-server.js";
import { Code } from "../rpc/code.js";
import type { Interceptor, Message } from "../rpc/interceptor.js";
import type { Method } from "../rpc/method.js";
import type { Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import { InterceptedUnaryServerCall } from "./intercepted-unary-server-call.js";
import type { Handler } from "./server-engine.js";

const reset = { message: "", errorCode: 8, initiator: "remote", unprocessed: false } as const;
const echo: Handler = (request) => request;

function serve(interceptor: Interceptor, handler: Handler = echo) {
  const exchange = new FakeExchange();
  const engine = new FakeServerEngine();
  const route = routeOf(one as unknown as Method, handler, [interceptor]);
  const call = new InterceptedUnaryServerCall(engine, grpcServer, route, exchange, head(), { address: "192.0.2.1" });
  call.start();
  return {
    call,
    exchange,
    engine,
    async receive(text: string) {
      const bytes = framed(text);
      call.dataReceived(bytes, 0, bytes.length, true);
      await settled();
    },
    get status() {
      return exchange.sections.at(-1)?.["grpc-status"];
    },
  };
}

async function* textsOf(...texts: string[]): AsyncIterable<Message> {
  for (const text of texts) yield { text };
}

async function* shout(messages: AsyncIterable<Message>): AsyncIterable<Message> {
  for await (const message of messages) yield { text: (message as Text).text.toUpperCase() };
}

test("an interceptor that touches no message: head, reply and status leave as without it", async () => {
  const seen: Status[] = [];
  const served = serve(async (_call, next) => {
    const response = await next();
    void response.status.then((status) => seen.push(status));
    return response;
  });
  await settled();
  expect(served.exchange.sent).toEqual([]);
  await served.receive("a");
  expect(served.exchange.sent).toEqual(["headers", "data a", "headers end"]);
  expect([served.status, served.exchange.released, served.engine.ended]).toEqual(["0", 1, [Code.OK]]);
  expect(seen.map(({ code }) => code)).toEqual([Code.OK]);
});

test("an interceptor answers before the request has come, and the handler is not called", async () => {
  let called = 0;
  const served = serve(
    () => Promise.reject(new StatusError(Code.PERMISSION_DENIED, "no")),
    () => called++,
  );
  await settled();
  expect([served.status, called, served.exchange.sent]).toEqual(["7", 0, ["headers end"]]);
});

test("messages are read and replaced both ways", async () => {
  const served = serve(
    async (call, next) => {
      const response = await next({ messages: shout(call.messages) });
      return response.withMessages(shout(response.messages));
    },
    (request) => ({ text: `${(request as Text).text}b` }),
  );
  await served.receive("a");
  expect(served.exchange.sent).toEqual(["headers", "data AB", "headers end"]);
});

test("a request that an interceptor has read and not given on is missing", async () => {
  const served = serve(async (call, next) => {
    for await (const _ of call.messages);
    return next();
  });
  await served.receive("a");
  expect([served.status, served.engine.ended]).toEqual(["12", [Code.UNIMPLEMENTED]]);
});

for (const [texts, status] of [
  [[], "12"],
  [["a", "b"], "12"],
] as const) {
  test(`${texts.length} replies of an interceptor instead of one are refused`, async () => {
    const served = serve(async (_call, next) => (await next()).withMessages(textsOf(...texts)));
    await served.receive("x");
    expect([served.status, served.engine.ended]).toEqual([status, [Code.UNIMPLEMENTED]]);
  });
}

test("a cancel before the request has come ends the wait for it, and the handler is not called", async () => {
  let called = 0;
  const errors: unknown[] = [];
  const served = serve(
    (_call, next) => {
      const response = next();
      response.catch((error: unknown) => errors.push(error));
      return response;
    },
    () => called++,
  );
  await settled();
  served.call.streamReset(reset);
  await settled();
  expect(errors).toEqual([expect.objectContaining({ code: Code.CANCELLED })]);
  expect([called, served.exchange.released, served.engine.ended]).toEqual([0, 1, [Code.CANCELLED]]);
});

test("a cancel tells an interceptor's reply that is being waited for", async () => {
  let returned = 0;
  const waiting: AsyncIterable<Message> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => {
        returned++;
        return { done: true, value: undefined };
      },
    }),
  };
  const served = serve(async (_call, next) => (await next()).withMessages(waiting));
  await served.receive("a");
  served.call.streamReset(reset);
  await settled();
  expect([returned, served.engine.failures.length]).toEqual([1, 0]);
});
