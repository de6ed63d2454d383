// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { one } from "../../test/support/text-service.js";
import { ContextValues } from "../rpc/context-values.js";
import type { InterceptedCall, Interceptor } from "../rpc/interceptor.js";
import { Metadata } from "../rpc/metadata.js";
import type { MethodInfo } from "../rpc/method.js";
import { okStatus } from "../rpc/status.js";
import { type InterceptionSubject, intercept, ResponseView } from "./interceptor-chain.js";

async function* none(): AsyncGenerator<object> {}

function subject(): InterceptionSubject & { readonly log: unknown[] } {
  const log: unknown[] = [];
  return {
    log,
    side: "client",
    method: one as unknown as MethodInfo,
    metadata: new Metadata(),
    contextValues: new ContextValues(),
    signal: new AbortController().signal,
    deadline: 5,
    context: undefined,
    requests: none(),
    shortenDeadline: (deadline) => void log.push(deadline),
    async proceed(requests) {
      log.push(requests);
      return new ResponseView(new Metadata(), none(), async () => ({ status: okStatus, trailers: new Metadata() }));
    },
  };
}

test("without interceptors the call goes straight on", async () => {
  const call = subject();
  await intercept([], call);
  expect(call.log).toEqual([call.requests]);
});

test("each sees the messages that the one outside it has passed on; deadlines go to the call", async () => {
  const call = subject();
  const own = none();
  const seen: unknown[] = [];
  const outer: Interceptor = (view, next) => {
    seen.push(view.messages);
    return next({ messages: own, deadline: 3 });
  };
  const inner: Interceptor = (view, next) => {
    seen.push(view.messages);
    return next();
  };
  await intercept([outer, inner], call);
  expect(seen).toEqual([call.requests, own]);
  expect(call.log).toEqual([3, own]);
});

test("the view reads through to the call and shows a context on the server only", async () => {
  const call = subject();
  let view: InterceptedCall | undefined;
  const looks: Interceptor = (given, next) => {
    view = given;
    return next();
  };
  await intercept([looks], call);
  const { side, method, metadata, contextValues, signal, deadline } = view as InterceptedCall;
  expect([side, method, metadata, contextValues, signal, deadline]).toEqual([
    call.side,
    call.method,
    call.metadata,
    call.contextValues,
    call.signal,
    call.deadline,
  ]);
  expect("context" in (view as InterceptedCall)).toBe(false);
});

test("what is no response, or no deadline, is a TypeError that names the interceptor", async () => {
  const through: Interceptor = (_call, next) => next();
  for (const answer of [undefined, null, 5, {}]) {
    const bad: Interceptor = async () => answer as never;
    await expect(intercept([through, bad], subject())).rejects.toThrow(
      "interceptors[1] must return what next() resolves to",
    );
  }
  const late: Interceptor = (_call, next) => next({ deadline: new Date() as never });
  await expect(intercept([through, late], subject())).rejects.toThrow("interceptors[1] gave next() the deadline");
});

test("withMessages replaces the messages and keeps the rest", async () => {
  const headers = new Metadata({ a: "1" });
  const end = { status: okStatus, trailers: new Metadata({ b: "2" }) };
  const own = none();
  const response = new ResponseView(headers, none(), async () => end).withMessages(own);
  expect(response.messages).toBe(own);
  expect(response.headers).toBe(headers);
  expect([await response.status, await response.trailers]).toEqual([end.status, end.trailers]);
});
