// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { Code, codeName, type ServerContext, StatusError } from "petrel";
import type {
  BoolValue,
  EchoStatus,
  SimpleRequest,
  SimpleResponseInit,
  StreamingInputCallRequest,
  StreamingOutputCallRequest,
  StreamingOutputCallResponseInit,
} from "../gen/grpc/testing/messages_pb.js";
import type { TestServiceHandlers } from "../gen/grpc/testing/test_grpc.js";
import { initialMetadataName, trailingMetadataName, zeroPayload } from "../payload.js";
import { receivedCompressed } from "../received-compressed.js";

const serverId = randomUUID();

/** grpc.testing.TestService as the interop descriptions ask for it; shares no state between calls. */
export const testServiceHandlers: TestServiceHandlers = {
  emptyCall() {
    return {};
  },

  unaryCall(request, context) {
    return answerUnary(request, context);
  },

  cacheableUnaryCall() {
    // The body differs from call to call, so that a reply from a cache shows.
    return { payload: { body: new TextEncoder().encode(String(process.hrtime.bigint())) } };
  },

  async *streamingOutputCall(request, context) {
    yield* requestedResponses(request, context);
  },

  async streamingInputCall(requests, context) {
    let bytes = 0;
    for await (const request of requests) {
      checkCompressed(request, context);
      bytes += request.payload?.body.length ?? 0;
    }
    return { aggregatedPayloadSize: bytes };
  },

  async *fullDuplexCall(requests, context) {
    echoMetadata(context);
    for await (const request of requests) {
      throwEchoStatus(request.responseStatus);
      yield* requestedResponses(request, context);
    }
  },

  async *halfDuplexCall(requests, context) {
    const held: StreamingOutputCallRequest[] = [];
    for await (const request of requests) held.push(request);
    for (const request of held) yield* requestedResponses(request, context);
  },

  unimplementedCall() {
    throw new StatusError(Code.UNIMPLEMENTED, "UnimplementedCall is left out on purpose");
  },
};

function answerUnary(request: SimpleRequest, context: ServerContext): SimpleResponseInit {
  echoMetadata(context);
  checkCompressed(request, context);
  throwEchoStatus(request.responseStatus);
  context.compress = isWished(request.responseCompressed);
  return {
    ...(request.responseSize > 0 ? { payload: zeroPayload(request.responseSize) } : {}),
    ...(request.fillServerId ? { serverId } : {}),
    hostname: hostname(),
  };
}

async function* requestedResponses(
  request: StreamingOutputCallRequest,
  context: ServerContext,
): AsyncGenerator<StreamingOutputCallResponseInit> {
  for (const wanted of request.responseParameters) {
    if (wanted.intervalUs > 0) await delay(wanted.intervalUs / 1_000, undefined, { signal: context.signal });
    context.compress = isWished(wanted.compressed);
    yield { payload: zeroPayload(wanted.size) };
  }
}

function echoMetadata(context: ServerContext): void {
  const trailing = context.metadata.get(trailingMetadataName);
  if (trailing !== undefined) context.trailers.set(trailingMetadataName, trailing);
  const initial = context.metadata.get(initialMetadataName);
  if (initial === undefined) return;
  context.headers.set(initialMetadataName, initial);
  context.sendHeaders();
}

/** The interop descriptions: a message that breaks its own `expect_compressed` is answered with INVALID_ARGUMENT. */
function checkCompressed(request: SimpleRequest | StreamingInputCallRequest, context: ServerContext): void {
  if (request.expectCompressed === undefined) return;
  const expected = request.expectCompressed.value;
  if (receivedCompressed(context) === expected) return;
  throw new StatusError(Code.INVALID_ARGUMENT, `message is ${expected ? "not " : ""}compressed, expected otherwise`);
}

function throwEchoStatus(wanted: EchoStatus | undefined): void {
  if (wanted === undefined || wanted.code === Code.OK) return;
  throw new StatusError(Code[codeName(wanted.code)], wanted.message);
}

function isWished(wish: BoolValue | undefined): boolean {
  return wish?.value ?? false;
}
