// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import type { Any } from "@bufbuild/protobuf/wkt";
import { Code, packAny, type ServerContext, StatusError } from "petrel";
import type { ConformanceServiceHandlers } from "./gen/connectrpc/conformance/v1/service_grpc.js";
import {
  type BidiStreamRequest,
  BidiStreamRequestCodec,
  type BidiStreamResponseInit,
  ClientStreamRequestCodec,
  ConformancePayload_RequestInfoCodec,
  type ConformancePayload_RequestInfoInit,
  type ConformancePayloadInit,
  type Error as ErrorDefinition,
  IdempotentUnaryRequestCodec,
  ServerStreamRequestCodec,
  type StreamResponseDefinition,
  UnaryRequestCodec,
  type UnaryResponseDefinition,
} from "./gen/connectrpc/conformance/v1/service_pb.js";
import { appendHeaders, toHeaders } from "./header.js";

/** Answers as the first request's definition says and tells back what was received. */
export const conformanceHandlers: ConformanceServiceHandlers = {
  async unary(request, context) {
    const info = requestInfo(context, [packAny(UnaryRequestCodec, request)]);
    return { payload: await unaryPayload(request.responseDefinition, context, info) };
  },

  async idempotentUnary(request, context) {
    const info = requestInfo(context, [packAny(IdempotentUnaryRequestCodec, request)]);
    return { payload: await unaryPayload(request.responseDefinition, context, info) };
  },

  async clientStream(requests, context) {
    let definition: UnaryResponseDefinition | undefined;
    const received: Any[] = [];
    for await (const request of requests) {
      if (received.length === 0) definition = request.responseDefinition;
      received.push(packAny(ClientStreamRequestCodec, request));
    }
    return { payload: await unaryPayload(definition, context, requestInfo(context, received)) };
  },

  async *serverStream(request, context) {
    const definition = request.responseDefinition;
    if (definition === undefined) return;
    const info = requestInfo(context, [packAny(ServerStreamRequestCodec, request)]);
    leaveMetadata(definition, context);
    if (definition.responseData.length > 0) context.sendHeaders();
    yield* payloads(definition, info, 0);
    throwError(definition.error, definition.responseData.length === 0 ? info : undefined);
  },

  async *bidiStream(requests, context) {
    yield* new BidiExchange(context).replies(requests);
  },

  unimplemented() {
    throw new StatusError(Code.UNIMPLEMENTED, "the suite wants this method unimplemented");
  },
};

/** One bidirectional call: half duplex answers when the client has finished, full duplex after each request. */
class BidiExchange {
  readonly #context: ServerContext;
  #definition: StreamResponseDefinition | undefined;
  #received: Any[] = [];
  #sent = 0;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  async *replies(requests: AsyncIterable<BidiStreamRequest>): AsyncGenerator<BidiStreamResponseInit> {
    let duplex: "unknown" | "half" | "full" = "unknown";
    for await (const request of requests) {
      this.#received.push(packAny(BidiStreamRequestCodec, request));
      if (duplex === "unknown") {
        duplex = request.fullDuplex ? "full" : "half";
        this.#begin(request.responseDefinition, duplex);
      }
      if (duplex === "half") continue;
      // A request with no reply left ends the call, whether or not the client has finished.
      if (this.#sent >= this.#replyCount) break;
      yield* this.#next();
    }
    yield* this.#finish();
  }

  get #replyCount(): number {
    return this.#definition?.responseData.length ?? 0;
  }

  #begin(definition: StreamResponseDefinition | undefined, duplex: "half" | "full"): void {
    this.#definition = definition;
    if (definition === undefined) return;
    leaveMetadata(definition, this.#context);
    if (duplex === "full" && this.#replyCount > 0) this.#context.sendHeaders();
  }

  async *#next(): AsyncGenerator<BidiStreamResponseInit> {
    if (this.#definition === undefined) return;
    const info = this.#sent === 0 ? requestInfo(this.#context, this.#received) : { requests: this.#received };
    this.#received = [];
    await sleep(this.#definition.responseDelayMs);
    yield { payload: { data: this.#definition.responseData[this.#sent], requestInfo: info } };
    this.#sent++;
  }

  async *#finish(): AsyncGenerator<BidiStreamResponseInit> {
    const definition = this.#definition;
    if (definition === undefined) return;
    const info = requestInfo(this.#context, this.#received);
    if (this.#sent === 0 && this.#replyCount > 0) this.#context.sendHeaders();
    yield* payloads(definition, info, this.#sent);
    throwError(definition.error, this.#replyCount === 0 ? info : undefined);
  }
}

/** The replies of a definition from the `from`th on; only the call's very first one carries the request info. */
async function* payloads(
  definition: StreamResponseDefinition,
  info: ConformancePayload_RequestInfoInit,
  from: number,
): AsyncGenerator<{ payload: ConformancePayloadInit }> {
  for (let index = from; index < definition.responseData.length; index++) {
    await sleep(definition.responseDelayMs);
    const data = definition.responseData[index];
    yield { payload: index === 0 ? { data, requestInfo: info } : { data } };
  }
}

async function unaryPayload(
  definition: UnaryResponseDefinition | undefined,
  context: ServerContext,
  info: ConformancePayload_RequestInfoInit,
): Promise<ConformancePayloadInit> {
  if (definition === undefined) return { requestInfo: info };
  leaveMetadata(definition, context);
  await sleep(definition.responseDelayMs);
  if (definition.response.case === "error") throwError(definition.response.value, info);
  return definition.response.case === "responseData"
    ? { data: definition.response.value, requestInfo: info }
    : { requestInfo: info };
}

function leaveMetadata(definition: UnaryResponseDefinition | StreamResponseDefinition, context: ServerContext): void {
  appendHeaders(context.headers, definition.responseHeaders);
  appendHeaders(context.trailers, definition.responseTrailers);
}

function requestInfo(context: ServerContext, requests: Any[]): ConformancePayload_RequestInfoInit {
  const remainingMs = context.remainingMs();
  const requestHeaders = toHeaders(context.metadata);
  if (remainingMs === Number.POSITIVE_INFINITY) return { requestHeaders, requests };
  return { requestHeaders, requests, timeoutMs: BigInt(Math.max(0, Math.floor(remainingMs))) };
}

function throwError(error: ErrorDefinition | undefined, info: ConformancePayload_RequestInfoInit | undefined): void {
  if (error === undefined) return;
  const details = info ? [...error.details, packAny(ConformancePayload_RequestInfoCodec, info)] : error.details;
  throw new StatusError(error.code as Code, error.message ?? "", { details });
}
