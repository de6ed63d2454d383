// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { both, down, echo, one, Texts, up } from "../../test/support/text-service.js";
import type { Interceptor } from "../rpc/interceptor.js";
import { ServiceRegistry } from "./service-registry.js";

const outer: Interceptor = (_call, next) => next();
const inner: Interceptor = (_call, next) => next();

test("each method has its route, with the server's interceptors around the service's", () => {
  const registry = new ServiceRegistry([outer]);
  registry.add(Texts, echo, [inner]);
  for (const method of [one, down, up, both]) {
    const route = registry.find(method.path, "proto");
    expect(route).toMatchObject({ method, interceptors: [outer, inner] });
  }
  expect([...registry.services]).toEqual([Texts]);
});

test("a path is found as it is spelt and in no other way", () => {
  const registry = new ServiceRegistry([]);
  registry.add(Texts, echo, []);
  for (const path of [
    "/test.v1.Texts/one",
    "//test.v1.Texts/One",
    "/test.v1.Texts/One/",
    "/test.v1.Texts%2FOne",
    "/constructor",
    "__proto__",
  ]) {
    expect(registry.find(path, "proto")).toBe("unknown");
  }
});

test("a method without a JSON form is unspoken in it", () => {
  const registry = new ServiceRegistry([]);
  registry.add(Texts, echo, []);
  expect(registry.find(one.path, "json")).toBe("unspoken");
  expect(registry.find("/test.v1.Texts/Missing", "json")).toBe("unknown");
});

test("the fallback gets every path that no service has, and only those", () => {
  const registry = new ServiceRegistry([outer]);
  registry.add(Texts, echo, []);
  const fallback = async function* () {};
  registry.setFallback(fallback);
  const route = registry.find("/a.B/C", "proto");
  expect(route).toMatchObject({
    handler: fallback,
    interceptors: [outer],
    method: { path: "/a.B/C", shape: "bidiStreaming" },
  });
  expect(registry.find(one.path, "proto")).toMatchObject({ method: one });
  expect(() => registry.setFallback(fallback)).toThrow("a fallback has been set already");
  expect(() => new ServiceRegistry([]).setFallback(5 as never)).toThrow("the fallback must be a function, got number");
});

test("handlers keep their this", () => {
  class Handlers {
    readonly #greeting = "hi";
    one = echo.one;
    down = echo.down;
    up = echo.up;
    both() {
      return this.#greeting;
    }
  }
  const registry = new ServiceRegistry([]);
  registry.add(Texts, new Handlers(), []);
  const route = registry.find(both.path, "proto");
  if (typeof route === "string") throw new Error(route);
  expect(route.handler(undefined, undefined as never)).toBe("hi");
});

test.each([
  [undefined, "handlers of test.v1.Texts must be an object, got undefined"],
  [null, "handlers of test.v1.Texts must be an object, got null"],
  [{ ...echo, up: undefined }, "handler up of test.v1.Texts is missing"],
  [{ ...echo, both: "no" }, "handler both of test.v1.Texts is string, not a function"],
])("bad handlers add nothing: %#", (handlers, text) => {
  const registry = new ServiceRegistry([]);
  expect(() => registry.add(Texts, handlers, [])).toThrow(text);
  expect(registry.find(one.path, "proto")).toBe("unknown");
  registry.add(Texts, echo, []);
  expect(() => registry.add(Texts, echo, [])).toThrow("service test.v1.Texts has been added already");
});
