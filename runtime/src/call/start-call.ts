// SPDX-License-Identifier: Apache-2.0
import type { CallOptions } from "../rpc/call.js";
import type { Method } from "../rpc/method.js";
import { type PromiseHandle, promiseHandle, StreamHandle } from "./call-handles.js";
import type { ClientEngine } from "./client-engine.js";
import { InterceptedClientCall } from "./intercepted-client-call.js";
import { handled } from "./rejection.js";
import { type Requests, StreamingClientCall } from "./streaming-client-call.js";
import { UnaryClientCall } from "./unary-client-call.js";

/**
 * Makes and starts a call of any shape and gives its handle. `first` is the request, the requests or, for a streaming
 * input that is sent by hand, the options.
 */
export function startCall(
  engine: ClientEngine,
  method: Method,
  first: unknown,
  second: CallOptions | undefined,
): PromiseHandle | StreamHandle {
  const { shape } = method;
  if (shape === "unary" || shape === "serverStreaming") {
    if (shape === "unary" && engine.interceptors.length === 0 && second?.interceptors === undefined) {
      const handle = promiseHandle((resolve) => new UnaryClientCall(engine, method, first, second, resolve));
      (handle.core as UnaryClientCall).start();
      return handle;
    }
    return start(engine, method, { kind: "one", message: first }, second);
  }
  if (isIterable(first)) return start(engine, method, { kind: "iterable", messages: first }, second);
  return start(engine, method, { kind: "sent" }, (first as CallOptions | undefined) ?? second);
}

function start(
  engine: ClientEngine,
  method: Method,
  requests: Requests,
  options: CallOptions | undefined,
): PromiseHandle | StreamHandle {
  const interceptors =
    options?.interceptors === undefined ? engine.interceptors : [...engine.interceptors, ...options.interceptors];
  const oneReply = method.shape === "unary" || method.shape === "clientStreaming";
  if (interceptors.length > 0 && method.shape === "unary") {
    const handle = promiseHandle(
      (resolve) => new InterceptedClientCall(engine, method, requests, options, interceptors, resolve),
    );
    (handle.core as InterceptedClientCall).start();
    return handle;
  }
  if (interceptors.length > 0) {
    const call = new InterceptedClientCall(engine, method, requests, options, interceptors);
    call.start();
    return oneReply ? promiseOf(call, call.onlyReply()) : new StreamHandle(call, call.replies);
  }
  const call = new StreamingClientCall(engine, method, requests, options);
  call.start();
  return oneReply ? promiseOf(call, call.onlyReply()) : new StreamHandle(call, call.replies);
}

function promiseOf(core: StreamingClientCall | InterceptedClientCall, reply: Promise<unknown>): PromiseHandle {
  return promiseHandle((resolve) => {
    handled(reply);
    resolve(reply);
    return core;
  });
}

function isIterable(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  return typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}
