// SPDX-License-Identifier: Apache-2.0
import type { DescService } from "@bufbuild/protobuf";
import { bytesCodec } from "./bytes.js";
import type { MessageCodec } from "./message-codec.js";

export type MethodShape = "unary" | "serverStreaming" | "clientStreaming" | "bidiStreaming";

/** What a `.proto` says of repeating a call: `option idempotency_level`. */
export type Idempotency = "unknown" | "idempotent" | "noSideEffects";

/** A method's name in all its forms, its shape and its idempotency. */
export interface MethodInfo {
  /** `/package.Service/Method`, as it travels in `:path`. */
  readonly path: string;
  /** `package.Service`. */
  readonly service: string;
  /** `Method`, as the `.proto` spells it. */
  readonly name: string;
  readonly shape: MethodShape;
  readonly idempotency: Idempotency;
}

/** A method with the codecs of its messages. `Req` and `Res` are what arrives, the `Init` types what may be sent. */
export interface MethodOf<S extends MethodShape, Req, Res, ReqInit = Req, ResInit = Res> extends MethodInfo {
  readonly shape: S;
  readonly request: MessageCodec<Req, ReqInit>;
  readonly response: MessageCodec<Res, ResInit>;
}
export interface UnaryMethod<Req, Res, ReqInit = Req, ResInit = Res>
  extends MethodOf<"unary", Req, Res, ReqInit, ResInit> {}
export interface ServerStreamingMethod<Req, Res, ReqInit = Req, ResInit = Res>
  extends MethodOf<"serverStreaming", Req, Res, ReqInit, ResInit> {}
export interface ClientStreamingMethod<Req, Res, ReqInit = Req, ResInit = Res>
  extends MethodOf<"clientStreaming", Req, Res, ReqInit, ResInit> {}
export interface BidiStreamingMethod<Req, Res, ReqInit = Req, ResInit = Res>
  extends MethodOf<"bidiStreaming", Req, Res, ReqInit, ResInit> {}

/** Any method, as the engine handles it once types have done their work. */
export type Method<I = never, O = unknown> = MethodOf<MethodShape, unknown, O, I, never>;

export interface MethodOptions {
  /** Default "unknown". */
  readonly idempotency?: Idempotency | undefined;
}

/** A unary method's const; generated once per method. Throws on a path that is not `/service/method`. */
export function unary<Req, ReqInit, Res, ResInit>(
  path: string,
  request: MessageCodec<Req, ReqInit>,
  response: MessageCodec<Res, ResInit>,
  options?: MethodOptions,
): UnaryMethod<Req, Res, ReqInit, ResInit> {
  return method("unary", path, request, response, options);
}

/** A server-streaming method's const; generated once per method. */
export function serverStreaming<Req, ReqInit, Res, ResInit>(
  path: string,
  request: MessageCodec<Req, ReqInit>,
  response: MessageCodec<Res, ResInit>,
  options?: MethodOptions,
): ServerStreamingMethod<Req, Res, ReqInit, ResInit> {
  return method("serverStreaming", path, request, response, options);
}

/** A client-streaming method's const; generated once per method. */
export function clientStreaming<Req, ReqInit, Res, ResInit>(
  path: string,
  request: MessageCodec<Req, ReqInit>,
  response: MessageCodec<Res, ResInit>,
  options?: MethodOptions,
): ClientStreamingMethod<Req, Res, ReqInit, ResInit> {
  return method("clientStreaming", path, request, response, options);
}

/** A bidirectional method's const; generated once per method. */
export function bidiStreaming<Req, ReqInit, Res, ResInit>(
  path: string,
  request: MessageCodec<Req, ReqInit>,
  response: MessageCodec<Res, ResInit>,
  options?: MethodOptions,
): BidiStreamingMethod<Req, Res, ReqInit, ResInit> {
  return method("bidiStreaming", path, request, response, options);
}

/** A method called with raw bytes, for proxies and tools: `bytesMethod("/pkg.Service/Method", "unary")`. */
export function bytesMethod<S extends MethodShape>(
  path: string,
  shape: S,
  options?: MethodOptions,
): MethodOf<S, Uint8Array, Uint8Array> {
  return method(shape, path, bytesCodec, bytesCodec, options);
}

/** A service as the server and reflection read it. `H` is the interface its handlers implement. */
export interface ServiceDefinition<H = unknown> {
  readonly typeName: string;
  /** By local name, the one handlers use. */
  readonly methods: Readonly<Record<string, Method>>;
  /** The descriptor, reached only when asked for: JSON, reflection. Absent for services without a `.proto`. */
  readonly schema?: (() => DescService) | undefined;
  /** Carries the type of the handlers; never set. */
  readonly handlers?: H | undefined;
}

/** A service's definition; generated once per service. */
export function service<H>(
  typeName: string,
  methods: Readonly<Record<string, unknown>>,
  schema?: () => DescService,
): ServiceDefinition<H> {
  return { typeName, methods: methods as Readonly<Record<string, Method>>, schema };
}

function method<S extends MethodShape, Req, ReqInit, Res, ResInit>(
  shape: S,
  path: string,
  request: MessageCodec<Req, ReqInit>,
  response: MessageCodec<Res, ResInit>,
  options: MethodOptions | undefined,
): MethodOf<S, Req, Res, ReqInit, ResInit> {
  const slash = path.indexOf("/", 1);
  if (path[0] !== "/" || slash < 2 || slash === path.length - 1) {
    throw new TypeError(`method path ${JSON.stringify(path)} is not of the form "/package.Service/Method"`);
  }
  return {
    path,
    service: path.slice(1, slash),
    name: path.slice(slash + 1),
    shape,
    idempotency: options?.idempotency ?? "unknown",
    request,
    response,
  };
}
