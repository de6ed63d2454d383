// SPDX-License-Identifier: Apache-2.0
import type { CallOptions } from "../rpc/call.js";
import { Code } from "../rpc/code.js";
import type { InterceptedResponse, Interceptor } from "../rpc/interceptor.js";
import { cancelledLocally, iterationLeft, responseMissing, responseRepeated } from "../rpc/library-status.js";
import { Metadata } from "../rpc/metadata.js";
import type { Method } from "../rpc/method.js";
import type { Peer } from "../rpc/peer.js";
import { okStatus, type Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import type { SendingCore } from "./call-handles.js";
import type { ClientEngine } from "./client-engine.js";
import { deferred } from "./deferred.js";
import { type CallEnd, type InterceptionSubject, intercept, ResponseView } from "./interceptor-chain.js";
import { MessageQueue } from "./message-queue.js";
import { rejection } from "./rejection.js";
import { type Requests, StreamingClientCall } from "./streaming-client-call.js";

/**
 * A call with interceptors around it. What the caller sees is what the outermost interceptor returns or throws; the
 * call to the server is made when the innermost calls `next`, and made again when an interceptor calls it again.
 */
export class InterceptedClientCall implements SendingCore {
  readonly #method: Method;
  readonly #sent = new MessageQueue<unknown>();
  readonly #subject: ClientSubject;
  readonly #response: Promise<InterceptedResponse>;
  readonly #end = deferred<CallEnd>();
  #state: "open" | "ended" = "open";
  #iterated = false;

  constructor(
    engine: ClientEngine,
    method: Method,
    requests: Requests,
    options: CallOptions | undefined,
    interceptors: readonly Interceptor[],
  ) {
    this.#method = method;
    this.#subject = new ClientSubject(engine, method, iterableOf(requests, this.#sent), options);
    this.#response = intercept(interceptors, this.#subject);
    this.#response.catch((error: unknown) => this.#finish(statusOf(error), metadataOf(error)));
  }

  get peer(): Peer | undefined {
    return this.#subject.attempt?.peer;
  }

  get receivedCompressed(): boolean {
    return this.#subject.attempt?.receivedCompressed ?? false;
  }

  headers(): Promise<Metadata> {
    return this.#response.then(
      (response) => response.headers,
      () => new Metadata(),
    );
  }

  trailers(): Promise<Metadata> {
    return this.#end.promise.then((end) => end.trailers);
  }

  status(): Promise<Status> {
    return this.#end.promise.then((end) => end.status);
  }

  cancel(reason?: string): void {
    this.#cancelWith(cancelledLocally(reason));
  }

  send(message: unknown): true | Promise<void> {
    return this.#sent.push(message);
  }

  halfClose(): void {
    this.#sent.end();
  }

  /** The replies as the interceptors let them through. */
  async *replies(): AsyncGenerator<unknown, void> {
    if (this.#iterated) throw new TypeError("the messages of a call can be iterated once");
    this.#iterated = true;
    try {
      const response = await this.#response;
      for await (const message of response.messages) yield message;
      this.#finish(await response.status, await response.trailers);
    } catch (error) {
      this.#finish(statusOf(error), metadataOf(error));
      throw error instanceof StatusError ? error : StatusError.from(error);
    } finally {
      if (this.#state === "open") this.#cancelWith(iterationLeft);
    }
    const { status } = await this.#end.promise;
    if (status.code !== Code.OK) throw errorOf(status);
  }

  /** The only reply of a unary or client-streaming method. */
  async onlyReply(): Promise<unknown> {
    let reply: { readonly message: unknown } | undefined;
    for await (const message of this.replies()) {
      if (reply !== undefined) throw errorOf(responseRepeated(this.#method.path));
      reply = { message };
    }
    if (reply === undefined) throw errorOf(responseMissing(this.#method.path));
    return reply.message;
  }

  #cancelWith(status: Status): void {
    this.#finish(status, new Metadata());
    this.#subject.attempt?.cancelWith(status);
  }

  #finish(status: Status, trailers: Metadata): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#sent.fail(() => errorOf(status.code === Code.OK ? cancelledLocally("the call is over") : status));
    this.#end.resolve({ status, trailers });
  }
}

/** The interceptors' view of the call, and the maker of its attempts. */
class ClientSubject implements InterceptionSubject {
  readonly side = "client";
  readonly method: Method;
  readonly context = undefined;
  readonly requests: AsyncIterable<unknown>;
  readonly #engine: ClientEngine;
  readonly #options: CallOptions | undefined;
  #deadline: number | undefined;
  /** The call that was made last. */
  attempt: StreamingClientCall | undefined;
  /** Never started; holds what interceptors read and change before the first attempt. */
  readonly #draft: StreamingClientCall;

  constructor(
    engine: ClientEngine,
    method: Method,
    requests: AsyncIterable<unknown>,
    options: CallOptions | undefined,
  ) {
    this.#engine = engine;
    this.method = method;
    this.requests = requests;
    this.#options = options;
    this.#draft = new StreamingClientCall(engine, method, { kind: "sent" }, options);
  }

  get metadata(): Metadata {
    return this.#draft.metadata;
  }
  get contextValues() {
    return this.#draft.contextValues;
  }
  get signal(): AbortSignal {
    return (this.attempt ?? this.#draft).signal;
  }
  get deadline(): number | undefined {
    return this.#deadline;
  }

  shortenDeadline(deadline: number): void {
    this.#deadline = Math.min(deadline, this.#deadline ?? Number.POSITIVE_INFINITY);
  }

  async proceed(requests: AsyncIterable<unknown>): Promise<InterceptedResponse> {
    const options: CallOptions = { ...this.#options, metadata: this.metadata, contextValues: this.contextValues };
    const attempt = new StreamingClientCall(
      this.#engine,
      this.method,
      { kind: "iterable", messages: requests },
      this.#deadline === undefined ? options : { ...options, deadline: this.#deadline },
    );
    this.attempt = attempt;
    attempt.start();
    const headers = await attempt.headers();
    // A call that fails without headers rejects here, where an interceptor can catch it; with them, after its replies.
    if (attempt.state === "ended" && !attempt.hasHeaders) {
      const status = await attempt.status();
      if (status.code !== Code.OK) return rejection(() => attempt.failure());
    }
    const ending = async () => ({ status: await attempt.status(), trailers: await attempt.trailers() });
    return new ResponseView(headers, attempt.replies, ending);
  }
}

function iterableOf(requests: Requests, sent: MessageQueue<unknown>): AsyncIterable<unknown> {
  if (requests.kind === "sent") return sent;
  return asyncIterable(requests.kind === "one" ? [requests.message] : requests.messages);
}

async function* asyncIterable(messages: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<unknown> {
  yield* messages;
}

function statusOf(error: unknown): Status {
  return StatusError.from(error).status;
}

function metadataOf(error: unknown): Metadata {
  return error instanceof StatusError ? error.metadata : new Metadata();
}

function errorOf(status: Status): StatusError {
  return new StatusError(status.code === okStatus.code ? Code.UNKNOWN : status.code, status.message, {
    details: status.details,
  });
}
