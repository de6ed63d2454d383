// SPDX-License-Identifier: Apache-2.0
import type { CallOptions } from "../rpc/call.js";
import { Code } from "../rpc/code.js";
import { cancelledLocally, iterationLeft, responseMissing, responseRepeated } from "../rpc/library-status.js";
import type { Method } from "../rpc/method.js";
import type { Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import type { Exchange } from "../transport/exchange.js";
import { ClientCall } from "./client-call.js";
import type { ClientEngine } from "./client-engine.js";
import { InboundMessages, type InboundOwner } from "./inbound-messages.js";
import { MessageSource, type Messages } from "./message-source.js";
import { OutboundMessages, sendOnly } from "./outbound-messages.js";
import { handled } from "./rejection.js";

const noBytes = new Uint8Array(0);

/** The request messages of a call: one, those of an iterable, or those that come by `send`. */
export type Requests =
  | { readonly kind: "one"; readonly message: unknown }
  | { readonly kind: "iterable"; readonly messages: Messages }
  | { readonly kind: "sent" };

/** A call of any shape, message by message. */
export class StreamingClientCall extends ClientCall implements InboundOwner {
  readonly #requests: Requests;
  readonly #inbound: InboundMessages<unknown>;
  readonly #outbound: OutboundMessages<unknown>;
  readonly #oneReply: boolean;
  readonly #source: MessageSource | undefined;

  constructor(engine: ClientEngine, method: Method, requests: Requests, options: CallOptions | undefined) {
    super(engine, method, options);
    this.#requests = requests;
    if (requests.kind === "iterable") this.#source = new MessageSource(requests.messages);
    this.#oneReply = method.shape === "unary" || method.shape === "clientStreaming";
    this.#inbound = new InboundMessages(this.response, this.receiveMaxBytes, this);
    this.#outbound = new OutboundMessages(this.request, this.sendMaxBytes);
  }

  /** The replies, for one consumer; leaving them early cancels the call. */
  get replies(): InboundMessages<unknown> {
    return this.#inbound;
  }

  get receivedCompressed(): boolean {
    return this.#inbound.takenCompressed;
  }

  /** Hands a message over; see OutboundMessages.send. One that cannot be sent ends the call: it is not lost in silence. */
  send(message: unknown, compress: boolean): true | Promise<void> {
    checkSendable(this.#requests);
    // After halfClose() the call goes on with what was sent before it.
    if (this.#outbound.ended) return this.#outbound.send(message, compress);
    try {
      const sending = this.#outbound.send(message, compress);
      if (sending !== true) sending.catch((error: unknown) => this.#sendFailed(error));
      return sending;
    } catch (error) {
      this.#sendFailed(error);
      throw error;
    }
  }

  /** No more messages. */
  halfClose(): void {
    checkSendable(this.#requests);
    this.#endRequests();
  }

  /** The only reply of a unary or client-streaming method. Rejects with the call's StatusError. */
  async onlyReply(): Promise<unknown> {
    const first = await this.#inbound.next();
    const status = await this.status();
    if (first.done || status.code !== Code.OK) throw this.failure();
    return first.value;
  }

  override outputDrained(): void {
    this.#outbound.drained();
  }

  protected override get repliesUntaken(): boolean {
    return this.#inbound.untaken > 0;
  }

  inboundConsumed(bytes: number): void {
    this.exchange?.consumed(bytes);
  }

  // What the server has called a success fails when a reply, inflated as it is taken, cannot be read.
  inboundFailed(status: Status): void {
    this.countTooLarge(status);
    this.overrule(status);
  }

  inboundAbandoned(): void {
    this.stop(iterationLeft);
  }

  protected override opened(exchange: Exchange): void {
    const requests = this.#requests;
    if (requests.kind === "one") {
      sendOnly(exchange, this.request, requests.message, this.coding, this.sendMaxBytes, (error) =>
        this.stop(error.status, error.cause),
      );
      return;
    }
    this.#outbound.start(exchange, this.coding);
    if (this.#source !== undefined) void this.#sendAll(this.#source);
  }

  protected override bodyReceived(chunk: Uint8Array, start: number, end: number): void {
    this.#inbound.coding = this.responseCoding;
    this.#inbound.push(chunk, start, end);
    if (this.#oneReply && this.#inbound.receivedMessages > 1) this.stop(responseRepeated(this.method.path));
  }

  protected override accept(status: Status): Status | Promise<Status> {
    this.#inbound.end();
    if (this.#oneReply && this.#inbound.receivedMessages === 0) return responseMissing(this.method.path);
    const { inflating } = this.#inbound;
    if (!this.#oneReply || inflating === undefined) return status;
    const inflated = () => status;
    return inflating.then(inflated, inflated);
  }

  protected override ended(status: Status, fromServer: boolean): void {
    const failure = (): StatusError => this.failure();
    if (status.code !== Code.OK) this.#inbound.fail(failure, fromServer);
    this.#inbound.creditAll();
    this.#outbound.fail(failure);
    // An iterable that fails while it is told that the call is over has nobody left to tell.
    if (this.#source !== undefined) handled(this.#source.leave());
  }

  /** Whether this message may be compressed. */
  protected compresses(_message: unknown): boolean {
    return true;
  }

  #endRequests(): void {
    this.#outbound.end((exchange) => exchange.sendData(noBytes, true));
  }

  #sendFailed(error: unknown): void {
    const { status, cause } = StatusError.from(error);
    this.stop(status, cause);
  }

  async #sendAll(source: MessageSource): Promise<void> {
    while (this.state !== "ended") {
      let next: IteratorResult<unknown, unknown>;
      try {
        next = await source.next();
      } catch (error) {
        this.stop(cancelledLocally(error), error);
        return;
      }
      if (next.done) {
        this.#endRequests();
        return;
      }
      if (this.#outbound.ended) return;
      try {
        const sent = this.#outbound.send(next.value, this.compresses(next.value));
        if (sent !== true) await sent;
      } catch (error) {
        this.#sendFailed(error);
        return;
      }
    }
  }
}

function checkSendable(requests: Requests): void {
  if (requests.kind !== "sent") throw new TypeError(messagesWereGiven);
}

/** What send() and halfClose() say on a call that got its messages when it was made. */
export const messagesWereGiven = "send() on a call whose messages were given when it was made";
