// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { FakeServerEngine } from "../../test/support/fake-engines.js";
import { FakeExchange, framed } from "../../test/support/fake-exchange.js";
import { settled } from "../../test/support/fake-platform.js";
import { fieldSection } from "../../test/support/field-section.js";
import { echo, Texts } from "../../test/support/text-service.js";
import { InterceptedUnaryServerCall } from "../call/intercepted-unary-server-call.js";
import { StreamingServerCall } from "../call/streaming-server-call.js";
import { UnaryServerCall } from "../call/unary-server-call.js";
import { grpcServer } from "../protocol/grpc/grpc-server.js";
import type { Interceptor } from "../rpc/interceptor.js";
import { CallDispatcher } from "./call-dispatcher.js";
import { RefusedExchange } from "./refused-exchange.js";
import { ServiceRegistry } from "./service-registry.js";

const peer = { address: "192.0.2.1", port: 443 };
const through: Interceptor = (_call, next) => next();

function dispatch(changes: Record<string, string>, endStream = false, interceptors: readonly Interceptor[] = []) {
  const engine = new FakeServerEngine();
  const registry = new ServiceRegistry(interceptors);
  registry.add(Texts, echo, []);
  const refused: number[] = [];
  const dispatcher = new CallDispatcher(engine, grpcServer, registry, (code) => refused.push(code));
  const exchange = new FakeExchange();
  const fields = {
    ":method": "POST",
    ":scheme": "http",
    ":path": "/test.v1.Texts/One",
    "content-type": "application/grpc",
    ...changes,
  };
  const listener = dispatcher.dispatch(exchange, fieldSection(...Object.entries(fields)), endStream, peer);
  return { engine, exchange, listener, refused };
}

test("a unary call takes the straight line, with interceptors too, any other the general one", () => {
  expect(dispatch({}).listener).toBeInstanceOf(UnaryServerCall);
  expect(dispatch({}, false, [through]).listener).toBeInstanceOf(InterceptedUnaryServerCall);
  for (const name of ["Down", "Up", "Both"]) {
    expect(dispatch({ ":path": `/test.v1.Texts/${name}` }).listener).toBeInstanceOf(StreamingServerCall);
  }
});

test("a request that ends with its head has no message", async () => {
  for (const interceptors of [[], [through]]) {
    const { exchange, engine } = dispatch({}, true, interceptors);
    await settled();
    expect(exchange.sections.at(-1)?.["grpc-status"]).toBe("12");
    expect([exchange.released, engine.ended]).toEqual([1, [12]]);
  }
});

describe("requests that no call is made of", () => {
  const rows: readonly {
    name: string;
    fields: Record<string, string>;
    answer: Record<string, string>;
    code: number;
  }[] = [
    {
      name: "an unknown method",
      fields: { ":path": "/a.B/C" },
      answer: { ":status": "200", "grpc-status": "12" },
      code: 12,
    },
    {
      name: "a path without its slash",
      fields: { ":path": "test.v1.Texts/One" },
      answer: { "grpc-status": "12" },
      code: 12,
    },
    {
      name: "JSON to a service without",
      fields: { "content-type": "application/grpc+json" },
      answer: { "grpc-status": "12" },
      code: 12,
    },
    {
      name: "an unknown coding",
      fields: { "grpc-encoding": "zip" },
      answer: { "grpc-status": "12", "grpc-accept-encoding": "identity" },
      code: 12,
    },
    { name: "a deadline that is spent", fields: { "grpc-timeout": "0n" }, answer: { "grpc-status": "4" }, code: 4 },
    { name: "a malformed timeout", fields: { "grpc-timeout": "5" }, answer: { "grpc-status": "13" }, code: 13 },
    { name: "GET", fields: { ":method": "GET" }, answer: { ":status": "405" }, code: 13 },
    { name: "another content-type", fields: { "content-type": "text/html" }, answer: { ":status": "415" }, code: 2 },
  ];
  test.each(rows)("$name", ({ fields, answer, code }) => {
    for (const endStream of [true, false]) {
      const { listener, exchange, refused, engine } = dispatch(fields, endStream);
      expect(listener).toBeInstanceOf(RefusedExchange);
      const bytes = framed("a");
      if (!endStream) listener.dataReceived(bytes, 0, bytes.length, true);
      expect(exchange.sections).toMatchObject([answer]);
      expect([exchange.released, refused, engine.started.length, engine.wheel.size]).toEqual([1, [code], 0, 0]);
    }
  });
});
