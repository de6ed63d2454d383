// SPDX-License-Identifier: Apache-2.0
import type { InterceptedResponse, Message } from "../rpc/interceptor.js";
import {
  callIsOver,
  requestMissing,
  requestRepeated,
  responseMissing,
  responseRepeated,
} from "../rpc/library-status.js";
import type { Metadata } from "../rpc/metadata.js";
import type { Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import { type Deferred, deferred } from "./deferred.js";
import { type CallEnd, type InterceptionSubject, intercept, ResponseView } from "./interceptor-chain.js";
import { MessageSource } from "./message-source.js";
import { OnlyMessage } from "./only-message.js";
import { handled, rejection } from "./rejection.js";
import { UnaryServerCall } from "./unary-server-call.js";

const none = Symbol("no request yet");

/**
 * A unary call with interceptors: the straight line of a unary call, with the interceptors between request and handler.
 * Only an interceptor that reads or replaces messages makes them pass through an iterator.
 */
export class InterceptedUnaryServerCall extends UnaryServerCall implements InterceptionSubject {
  readonly side = "server";
  readonly requests: OnlyMessage = new OnlyMessage(() => this.#requestOrPromise());
  #request: unknown = none;
  #whenRequested: Deferred<unknown> | undefined;
  /** Why there will be no request any more. */
  #over: (() => StatusError) | undefined;
  /** What an interceptor answers with in place of the handler's message: told when no more of it is wanted. */
  #replaced: MessageSource | undefined;
  #endStatus: Status | undefined;
  #whenEnded: Deferred<CallEnd> | undefined;

  /** Asks the interceptors; the request may not have arrived yet. Called once, when the call is known to the connection. */
  start(): void {
    if (this.state === "ended") return;
    this.handlerStarted();
    void this.runInContext(() => this.#run());
  }

  get context(): InterceptedUnaryServerCall {
    return this;
  }

  /** Calls the handler with what the interceptors let through. */
  async proceed(requests: AsyncIterable<unknown>): Promise<InterceptedResponse> {
    let request = requests === this.requests && !this.requests.taken ? this.#requestOrPromise() : none;
    if (request instanceof Promise) request = await request;
    if (request === none) {
      const { path } = this.route.method;
      request = await new MessageSource(requests).only(requestMissing(path), requestRepeated(path));
    }
    const reply = await this.runInContext(() => this.route.handler(request, this));
    return new HandlerResponse(this, new OnlyMessage(() => reply));
  }

  /** How the call ends, for interceptors that wait for it. */
  ending(): Promise<CallEnd> {
    if (this.#endStatus !== undefined) return Promise.resolve({ status: this.#endStatus, trailers: this.trailers });
    this.#whenEnded ??= deferred();
    return this.#whenEnded.promise;
  }

  protected override requestReady(request: unknown): void {
    this.#request = request;
    this.#whenRequested?.resolve(request);
  }

  protected override abandoned(reason: () => StatusError): void {
    this.#stopWaiting(reason);
    if (this.#replaced !== undefined) handled(this.#replaced.leave());
  }

  protected override finished(status: Status): void {
    this.#stopWaiting(() => errorOf(callIsOver));
    this.#endStatus = status;
    this.#whenEnded?.resolve({ status, trailers: this.trailers });
  }

  #stopWaiting(reason: () => StatusError): void {
    this.#over ??= reason;
    if (this.#request === none && this.#whenRequested !== undefined) {
      this.#whenRequested.resolve(handled(rejection(this.#over)));
    }
  }

  #requestOrPromise(): unknown {
    if (this.#over !== undefined) return rejection(this.#over);
    if (this.#request !== none) return this.#request;
    this.#whenRequested ??= deferred();
    return this.#whenRequested.promise;
  }

  async #run(): Promise<void> {
    let reply: unknown;
    try {
      const { messages } = await intercept(this.route.interceptors, this);
      if (messages instanceof OnlyMessage && !messages.taken) {
        reply = messages.message();
      } else {
        const { path } = this.route.method;
        this.#replaced = new MessageSource(messages);
        if (this.state === "ended") handled(this.#replaced.leave());
        reply = await this.#replaced.only(responseMissing(path), responseRepeated(path));
      }
    } catch (error) {
      this.handlerThrew(error);
      return;
    }
    this.reply(reply);
  }
}

/** What the handler answers, on its way out; headers are made when an interceptor reads them. */
class HandlerResponse implements InterceptedResponse {
  readonly #call: InterceptedUnaryServerCall;
  readonly messages: AsyncIterable<Message>;

  constructor(call: InterceptedUnaryServerCall, messages: AsyncIterable<unknown>) {
    this.#call = call;
    this.messages = messages as AsyncIterable<Message>;
  }

  get headers(): Metadata {
    return this.#call.headers;
  }

  get trailers(): Promise<Metadata> {
    return this.#call.ending().then((end) => end.trailers);
  }

  get status(): Promise<Status> {
    return this.#call.ending().then((end) => end.status);
  }

  withMessages(messages: AsyncIterable<Message>): InterceptedResponse {
    return new ResponseView(this.headers, messages, () => this.#call.ending());
  }
}

function errorOf(status: Status): StatusError {
  return new StatusError(status.code, status.message);
}
