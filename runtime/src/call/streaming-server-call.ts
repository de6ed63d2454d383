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
import { OutboundMessages } from "./outbound-messages.js";
import { ServerCall } from "./server-call.js";
import type { Route, ServerEngine } from "./server-engine.js";

type Replies = AsyncIterable<unknown> | Iterable<unknown>;

/** A call of any shape, message by message, with interceptors where there are any. */
export class StreamingServerCall extends ServerCall implements InboundOwner, InterceptionSubject {
  readonly side = "server";
  readonly #inbound: InboundMessages<unknown>;
  readonly #outbound: OutboundMessages<unknown>;
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
    return new ResponseView(this.headers, asyncIterable(replies), () => this.#ending());
  }

  #ending(): Promise<CallEnd> {
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    this.#whenEnded ??= deferred();
    return this.#whenEnded.promise;
  }

  async #run(): Promise<void> {
    try {
      if (this.route.interceptors.length === 0) {
        await this.#sendAll(await this.#callHandler(this.#inbound));
      } else {
        const response = await intercept(this.route.interceptors, this);
        await this.#sendAll(response.messages);
      }
      this.handlerSettled();
      this.#outbound.end(() => this.succeed());
    } catch (error) {
      this.handlerThrew(error);
    }
  }

  // A unary result is one reply.
  async #callHandler(requests: AsyncIterable<unknown>): Promise<Replies> {
    const { method, handler } = this.route;
    const single = method.shape === "unary" || method.shape === "serverStreaming";
    const request = single ? await this.#onlyRequest(requests) : requests;
    const result = this.runInContext(() => handler(request, this));
    if (method.shape === "unary" || method.shape === "clientStreaming") return [await result];
    return result as Replies;
  }

  async #onlyRequest(requests: AsyncIterable<unknown>): Promise<unknown> {
    const { path } = this.route.method;
    const iterator = requests[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done) throw errorOf(requestMissing(path));
    const second = await iterator.next();
    if (!second.done) throw errorOf(requestRepeated(path));
    return first.value;
  }

  async #sendAll(replies: Replies): Promise<void> {
    const iterator = iteratorOf(replies);
    let finished = false;
    try {
      while (this.state === "running") {
        const { done, value } = await iterator.next();
        if (done) {
          finished = true;
          return;
        }
        await this.#send(value);
      }
    } finally {
      if (!finished) await iterator.return?.();
    }
  }

  #send(reply: unknown): void | Promise<void> {
    if (this.state === "ended") return;
    this.sendHeaders();
    const sent = this.#outbound.send(reply, this.compress);
    return sent === true ? undefined : sent;
  }
}

function iteratorOf(replies: Replies): AsyncIterator<unknown> | Iterator<unknown> {
  if (typeof replies === "object" && replies !== null) {
    if (Symbol.asyncIterator in replies) return replies[Symbol.asyncIterator]();
    if (Symbol.iterator in replies) return replies[Symbol.iterator]();
  }
  throw new TypeError("a streaming handler must return an iterable or an async iterable: write it as async *name()");
}

async function* asyncIterable(replies: Replies): AsyncIterable<unknown> {
  yield* replies;
}

function errorOf(status: Status): StatusError {
  return new StatusError(status.code, status.message);
}
