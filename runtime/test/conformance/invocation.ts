// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import type { Any } from "@bufbuild/protobuf/wkt";
import { type CallHandle, type CallOptions, type Channel, Code, type Encoding, fromBytes, StatusError } from "petrel";
import type {
  ClientCompatRequest,
  ClientResponseResultInit,
} from "./gen/connectrpc/conformance/v1/client_compat_pb.js";
import { Compression, StreamType } from "./gen/connectrpc/conformance/v1/config_pb.js";
import { ConformanceServiceClient } from "./gen/connectrpc/conformance/v1/service_grpc.js";
import {
  BidiStreamRequestCodec,
  ClientStreamRequestCodec,
  type ConformancePayload,
  IdempotentUnaryRequestCodec,
  ServerStreamRequestCodec,
  UnaryRequestCodec,
  UnimplementedRequestCodec,
} from "./gen/connectrpc/conformance/v1/service_pb.js";
import { toEntries, toHeaders } from "./header.js";

const encodingOf = new Map<Compression, Encoding>([
  [Compression.GZIP, "gzip"],
  [Compression.BR, "br"],
  [Compression.ZSTD, "zstd"],
  [Compression.DEFLATE, "deflate"],
]);

/** Makes the one call a case describes. A failed RPC is a result; rejects only when the call cannot be made. */
export async function invoke(channel: Channel, request: ClientCompatRequest): Promise<ClientResponseResultInit> {
  const client = new ConformanceServiceClient(channel, callOptions(request));
  switch (request.method) {
    case "Unary":
      return unary(request, client.unary(fromBytes(UnaryRequestCodec, onlyMessage(request).value)));
    case "IdempotentUnary":
      return unary(request, client.idempotentUnary(fromBytes(IdempotentUnaryRequestCodec, onlyMessage(request).value)));
    case "Unimplemented":
      return unary(request, client.unimplemented(fromBytes(UnimplementedRequestCodec, onlyMessage(request).value)));
    case "ServerStream":
      return serverStream(request, client);
    case "ClientStream":
      return clientStream(request, client);
    case "BidiStream":
      return bidiStream(request, client);
    default:
      throw new Error(`unknown method "${request.method ?? ""}" of ${request.service ?? "no service"}`);
  }
}

interface PayloadReply {
  readonly payload?: ConformancePayload | undefined;
}

/** What the suite wants to know of a call: payloads so far, and how it ended. */
class Outcome {
  readonly payloads: (ConformancePayload | Record<string, never>)[] = [];
  unsentRequests = 0;
  #thrown: Code = Code.OK;

  reply(message: object & PayloadReply): void {
    this.payloads.push(message.payload ?? {});
  }

  /** Runs what awaits or iterates the call; the code it fails with is kept. */
  async settle(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.#thrown = error.code;
    }
  }

  async result(call: CallHandle): Promise<ClientResponseResultInit> {
    const [headers, trailers, status] = await Promise.all([call.headers, call.trailers, call.status]);
    if (this.#thrown !== status.code) {
      throw new Error(`the call threw code ${this.#thrown}, its status has code ${status.code}`);
    }
    return {
      responseHeaders: toHeaders(headers),
      responseTrailers: toHeaders(trailers),
      payloads: this.payloads,
      numUnsentRequests: this.unsentRequests,
      error: status.code === Code.OK ? undefined : { ...status, details: [...status.details] },
    };
  }
}

async function unary(
  request: ClientCompatRequest,
  call: CallHandle & Promise<object & PayloadReply>,
): Promise<ClientResponseResultInit> {
  const outcome = new Outcome();
  cancelAfterClose(request, call);
  await outcome.settle(async () => outcome.reply(await call));
  return outcome.result(call);
}

async function serverStream(
  request: ClientCompatRequest,
  client: ConformanceServiceClient,
): Promise<ClientResponseResultInit> {
  const outcome = new Outcome();
  const call = client.serverStream(fromBytes(ServerStreamRequestCodec, onlyMessage(request).value));
  cancelAfterClose(request, call);
  await outcome.settle(() => readReplies(request, outcome, call, call[Symbol.asyncIterator]()));
  return outcome.result(call);
}

async function clientStream(
  request: ClientCompatRequest,
  client: ConformanceServiceClient,
): Promise<ClientResponseResultInit> {
  const outcome = new Outcome();
  const call = client.clientStream();
  const reply = outcome.settle(async () => outcome.reply(await call));
  for (const [index, message] of request.requestMessages.entries()) {
    await delay(request);
    if (await sent(call.send(fromBytes(ClientStreamRequestCodec, message.value)))) continue;
    outcome.unsentRequests = request.requestMessages.length - index;
    break;
  }
  close(request, call);
  await reply;
  return outcome.result(call);
}

async function bidiStream(
  request: ClientCompatRequest,
  client: ConformanceServiceClient,
): Promise<ClientResponseResultInit> {
  const outcome = new Outcome();
  const call = client.bidiStream();
  const replies = call[Symbol.asyncIterator]();
  const fullDuplex = request.streamType === StreamType.FULL_DUPLEX_BIDI_STREAM;
  await outcome.settle(async () => {
    let ended = false;
    for (const [index, message] of request.requestMessages.entries()) {
      await delay(request);
      if (ended || !(await sent(call.send(fromBytes(BidiStreamRequestCodec, message.value))))) {
        outcome.unsentRequests = request.requestMessages.length - index;
        break;
      }
      if (fullDuplex) ended = !(await readReply(request, outcome, call, replies));
    }
    close(request, call);
    if (!ended) await readReplies(request, outcome, call, replies);
  });
  return outcome.result(call);
}

/** Half-closes, or cancels where the case wants that instead, or half-closes and cancels a while later. */
function close(request: ClientCompatRequest, call: CallHandle & { halfClose(): void }): void {
  if (request.cancel?.cancelTiming.case === "beforeCloseSend") {
    call.cancel();
    return;
  }
  call.halfClose();
  cancelAfterClose(request, call);
}

function cancelAfterClose({ cancel }: ClientCompatRequest, call: CallHandle): void {
  if (cancel === undefined) return;
  const timing = cancel.cancelTiming;
  if (timing.case === undefined) call.cancel();
  else if (timing.case === "afterCloseSendMs") setTimeout(() => call.cancel(), timing.value);
}

type Replies = AsyncIterator<object & PayloadReply>;

/** Reads to the end; after the reply that cancels the call it goes on as if nothing had happened. */
async function readReplies(
  request: ClientCompatRequest,
  outcome: Outcome,
  call: CallHandle,
  replies: Replies,
): Promise<void> {
  while (await readReply(request, outcome, call, replies));
}

async function readReply(
  { cancel }: ClientCompatRequest,
  outcome: Outcome,
  call: CallHandle,
  replies: Replies,
): Promise<boolean> {
  const { done, value } = await replies.next();
  if (done) return false;
  outcome.reply(value);
  const timing = cancel?.cancelTiming;
  if (timing?.case === "afterNumResponses" && outcome.payloads.length === timing.value) call.cancel();
  return true;
}

/** False when the call ended before the message went out; its status tells why. */
function sent(sending: Promise<void>): Promise<boolean> {
  return sending.then(
    () => true,
    () => false,
  );
}

async function delay({ requestDelayMs }: ClientCompatRequest): Promise<void> {
  if (requestDelayMs > 0) await sleep(requestDelayMs);
}

function callOptions(request: ClientCompatRequest): CallOptions {
  return {
    metadata: toEntries(request.requestHeaders),
    timeoutMs: request.timeoutMs,
    compression: encodingOf.get(request.compression) ?? false,
  };
}

function onlyMessage({ requestMessages, testName }: ClientCompatRequest): Any {
  const [message] = requestMessages;
  if (message === undefined) throw new Error(`${testName} has no request message`);
  return message;
}
