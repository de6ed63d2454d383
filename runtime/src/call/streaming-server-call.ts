// SPDX-License-Identifier: Apache-2.0
import { requestCoding } from "../protocol/compression.js";
import type { RequestHead, ServerProtocol } from "../protocol/protocol.js";
import type { InterceptedResponse } from "../rpc/interceptor.js";
import { callIsOver, requestMissing, requestRepeated } from "../rpc/library-status.js";
import type { Peer } from "../rpc/peer.js";
import type { Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import type { Exchange } from "../transport/exchange.js";
import { type Deferred, deferred } from "./deferred.js";
import { InboundMessages, type InboundOwner } from "./inbound-messages.js";
import { type CallEnd, type InterceptionSubject, intercept, ResponseView } from "./interceptor-chain.js";
import { MessageSource, type Messages } from "./message-source.js";
import { OutboundMessages } from "./outbound-messages.js";
import { handled } from "./rejection.js";
import { ServerCall } from "./server-call.js";
import type { Route, ServerEngine } from "./server-engine.js";

/** A call of any shape, message by message, with interceptors where there are any. */
export class StreamingServerCall extends ServerCall implements InboundOwner, InterceptionSubject {
  readonly side = "server";
  readonly #inbound: InboundMessages<unknown>;
  readonly #outbound: OutboundMessages<unknown>;
  /** What the handler answers with: told when no more of it is wanted. */
  #replies: MessageSource | undefined;
  #whenEnded: Deferred<CallEnd> | undefined;
  #end: CallEnd | undefined;

  constructor(
    engine: ServerEngine,
    protocol: ServerProtocol,
    route: Route,
    exchange: Exchange,
    head: RequestHead,
    peer: Peer,
  ) {
    super(engine, protocol, route, exchange, head, peer);
    this.#inbound = new InboundMessages(route.request, engine.receiveMaxBytes, this);
    this.#inbound.coding = requestCoding(head.encoding, engine.compression);
    this.#outbound = new OutboundMessages(route.response, engine.sendMaxBytes);
    this.#outbound.start(exchange, this.coding);
  }

  /** Runs the handler. Called once, when the call is known to the connection. */
  start(): void {
    if (this.state === "ended") return;
    this.handlerStarted();
    void this.runInContext(() => this.#run());
  }

  override dataReceived(chunk: Uint8Array, start: number, end: number, endStream: boolean): void {
    if (end > start) this.#inbound.push(chunk, start, end);
    if (endStream) this.#inbound.end();
  }

  override outputDrained(): void {
    this.#outbound.drained();
  }

  inboundConsumed(bytes: number): void {
    this.exchange.consumed(bytes);
  }

  inboundFailed(status: Status): void {
    this.refuse(status);
  }

  // The handler wants no more requests; it may still answer.
  inboundAbandoned(): void {}

  protected override abandoned(reason: () => StatusError): void {
    this.#inbound.fail(reason, false);
    this.#outbound.fail(reason);
    if (this.#replies !== undefined) handled(this.#replies.leave());
  }

  protected override finished(status: Status): void {
    const over = () => errorOf(callIsOver);
    this.#inbound.fail(over, false);
    this.#outbound.fail(over);
    this.#end = { status, trailers: this.trailers };
    this.#whenEnded?.resolve(this.#end);
  }

  get context(): StreamingServerCall {
    return this;
  }

  get receivedCompressed(): boolean {
    return this.#inbound.takenCompressed;
  }

  get requests(): AsyncIterable<unknown> {
    return this.#inbound;
  }

  /** Calls the handler with what the interceptors let through. */
  async proceed(requests: AsyncIterable<unknown>): Promise<InterceptedResponse> {
    const replies = await this.#callHandler(requests);
    return new ResponseView(this.headers, replies.iterable(), () => this.#ending());
  }

  #ending(): Promise<CallEnd> {
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    this.#whenEnded ??= deferred();
    return this.#whenEnded.promise;
  }

  async #run(): Promise<void> {
    try {
      const intercepted = this.route.interceptors.length > 0;
      const replies = intercepted
        ? new MessageSource((await intercept(this.route.interceptors, this)).messages)
        : await this.#callHandler(this.#inbound);
      // All waiting is done here: a stream that is idle keeps every function that waits, a few hundred bytes each.
      while (this.state === "running") {
        let reply: IteratorResult<unknown, unknown>;
        try {
          reply = await replies.step();
        } catch (error) {
          replies.stepped(true);
          throw error;
        }
        replies.stepped(reply.done);
        if (reply.done) break;
        try {
          const sent = this.#send(reply.value);
          if (sent !== undefined) await sent;
        } catch (error) {
          this.replyFailed(error);
        }
      }
      if (this.state === "ended") await replies.leave();
      // An interceptor may have answered in the handler's place.
      if (intercepted) await this.#replies?.leave();
    } catch (error) {
      if (this.#replies !== undefined) handled(this.#replies.leave());
      this.handlerThrew(error);
      return;
    }
    this.handlerSettled();
    this.#outbound.end(() => this.succeed());
  }

  // A unary result is one reply.
  async #callHandler(requests: AsyncIterable<unknown>): Promise<MessageSource> {
    const { method, handler } = this.route;
    const single = method.shape === "unary" || method.shape === "serverStreaming";
    const request = single ? await this.#onlyRequest(requests) : requests;
    const result = this.runInContext(() => handler(request, this));
    const one = method.shape === "unary" || method.shape === "clientStreaming";
    const replies = one
      ? new MessageSource([await result])
      : new MessageSource((await result) as Messages, notIterable);
    this.#replies = replies;
    // It may have taken the handler until after the end to say what it answers with.
    if (this.state === "ended") handled(replies.leave());
    return replies;
  }

  #onlyRequest(requests: AsyncIterable<unknown>): Promise<unknown> {
    const { path } = this.route.method;
    return new MessageSource(requests).only(requestMissing(path), requestRepeated(path));
  }

  #send(reply: unknown): undefined | Promise<void> {
    if (this.state === "ended") return undefined;
    this.sendHeaders();
    const sent = this.#outbound.send(reply, this.compress);
    return sent === true ? undefined : sent;
  }
}

const notIterable = "a streaming handler must return an iterable or an async iterable: write it as async *name()";

function errorOf(status: Status): StatusError {
  return new StatusError(status.code, status.message);
}
