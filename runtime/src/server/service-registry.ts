// SPDX-License-Identifier: Apache-2.0
import type { DescService } from "@bufbuild/protobuf";
import type { Handler, Route } from "../call/server-engine.js";
import { jsonCodecOf } from "../codec/json.js";
import { isServiceSchema, serviceFromSchema } from "../codec/schema.js";
import type { ChannelCodec, CodecName } from "../rpc/channel-codec.js";
import type { Interceptor } from "../rpc/interceptor.js";
import type { MessageCodec } from "../rpc/message-codec.js";
import { bytesMethod, type Method, type ServiceDefinition } from "../rpc/method.js";

/** The services of a server: which handler serves which path, in which form messages travel. */
export class ServiceRegistry {
  readonly #interceptors: readonly Interceptor[];
  readonly #services = new Map<string, ServiceDefinition>();
  readonly #routes = new Map<string, Route>();
  readonly #jsonRoutes = new Map<string, Route | undefined>();
  readonly #serviceOf = new Map<Route, ServiceDefinition>();
  #fallback: Handler | undefined;

  /** `interceptors`: the server's, around every service's own. */
  constructor(interceptors: readonly Interceptor[]) {
    this.#interceptors = interceptors;
  }

  /** Throws when the service is there already, or a handler is missing, no function, or not of the service. */
  add(service: ServiceDefinition | DescService, handlers: unknown, interceptors: readonly Interceptor[]): void {
    const definition = isServiceSchema(service) ? serviceFromSchema(service) : service;
    const { typeName } = definition;
    if (this.#services.has(typeName)) throw new TypeError(`service ${typeName} has been added already`);
    if (typeof handlers !== "object" || handlers === null) {
      throw new TypeError(
        `handlers of ${typeName} must be an object, got ${handlers === null ? "null" : typeof handlers}`,
      );
    }
    const all = [...this.#interceptors, ...interceptors];
    const routes: Route[] = [];
    for (const [localName, method] of Object.entries(definition.methods)) {
      const handler: unknown = (handlers as Record<string, unknown>)[localName];
      if (typeof handler !== "function") {
        const found = handler === undefined ? "missing" : `${typeof handler}, not a function`;
        throw new TypeError(`handler ${localName} of ${typeName} is ${found}`);
      }
      // Bound once: a handler may be a method of a class instance.
      routes.push(routeOf(method, handler.bind(handlers) as Handler, all));
    }
    this.#services.set(typeName, definition);
    for (const route of routes) {
      this.#routes.set(route.method.path, route);
      this.#serviceOf.set(route, definition);
    }
  }

  /** Serves every path that no service has. */
  setFallback(handler: Handler): void {
    if (typeof handler !== "function") throw new TypeError(`the fallback must be a function, got ${typeof handler}`);
    if (this.#fallback !== undefined) throw new TypeError("a fallback has been set already");
    this.#fallback = handler;
  }

  get services(): Iterable<ServiceDefinition> {
    return this.#services.values();
  }

  /** The route of a path; "unspoken" when the method is there but not in this form. */
  find(path: string, codec: CodecName): Route | "unknown" | "unspoken" {
    const route = this.#routes.get(path);
    if (route === undefined) {
      if (this.#fallback === undefined) return "unknown";
      return routeOf(bytesMethod(path, "bidiStreaming") as unknown as Method, this.#fallback, this.#interceptors);
    }
    return codec === "proto" ? route : (this.#jsonRoute(path, route) ?? "unspoken");
  }

  #jsonRoute(path: string, route: Route): Route | undefined {
    if (!this.#jsonRoutes.has(path)) {
      const codec = jsonCodecOf(this.#serviceOf.get(route) as ServiceDefinition);
      this.#jsonRoutes.set(path, codec && inForm(route, codec));
    }
    return this.#jsonRoutes.get(path);
  }
}

function routeOf(method: Method, handler: Handler, interceptors: readonly Interceptor[]): Route {
  return {
    method,
    request: method.request as MessageCodec<unknown, never>,
    response: method.response as MessageCodec<unknown, unknown>,
    handler,
    interceptors,
  };
}

function inForm(route: Route, codec: ChannelCodec): Route {
  return { ...route, request: codec.codecFor(route.request), response: codec.codecFor(route.response) };
}
