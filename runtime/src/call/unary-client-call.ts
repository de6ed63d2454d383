// SPDX-License-Identifier: Apache-2.0
import { MessageReader, type MessageReceiver } from "../protocol/length-prefixed-message.js";
import type { CallOptions } from "../rpc/call.js";
import { Code } from "../rpc/code.js";
import {
  compressedWithoutCoding,
  messageNotDecoded,
  responseMissing,
  responseRepeated,
} from "../rpc/library-status.js";
import type { Method } from "../rpc/method.js";
import type { Status } from "../rpc/status.js";
import type { Exchange } from "../transport/exchange.js";
import { Reader } from "../wire/reader.js";
import { ClientCall } from "./client-call.js";
import type { ClientEngine } from "./client-engine.js";
import { type Inflated, inflate } from "./inbound-messages.js";
import { sendOnly } from "./outbound-messages.js";
import { rejection } from "./rejection.js";

const reader = new Reader(new Uint8Array(0));
const none = Symbol("no message yet");

/** A unary call without interceptors, the straight line: one message out, one message in, one promise. */
export class UnaryClientCall extends ClientCall implements MessageReceiver {
  readonly #message: unknown;
  readonly #resolve: (reply: unknown) => void;
  #reply: unknown = none;
  #reader: MessageReader | undefined;
  #inflating: Promise<void> | undefined;
  receivedCompressed = false;

  constructor(
    engine: ClientEngine,
    method: Method,
    message: unknown,
    options: CallOptions | undefined,
    resolve: (reply: unknown) => void,
  ) {
    super(engine, method, options);
    this.#message = message;
    this.#resolve = resolve;
  }

  messageReceived(chunk: Uint8Array, start: number, end: number, compressed: boolean): void {
    if (this.state === "ended") return;
    if (this.#reply !== none || this.#inflating !== undefined) {
      this.stop(responseRepeated(this.method.path));
      return;
    }
    this.receivedCompressed = compressed;
    if (!compressed) {
      try {
        this.#reply = this.response.decode(reader.reset(chunk, start, end), end);
      } catch (error) {
        this.stop(messageNotDecoded(this.response.typeName, error), error);
      }
      return;
    }
    const coding = this.responseCoding;
    if (coding.kind !== "compressor") {
      this.stop(coding.kind === "unknown" ? coding.status : compressedWithoutCoding);
      return;
    }
    const inflated = inflate(coding.compressor, chunk.slice(start, end), this.receiveMaxBytes, this.response);
    if (inflated instanceof Promise) this.#inflating = inflated.then((result) => this.#decoded(result));
    else this.#decoded(inflated);
  }

  messageFailed(status: Status): void {
    this.countTooLarge(status);
    this.stop(status);
  }

  override outputDrained(): void {}

  protected override get repliesUntaken(): boolean {
    return false;
  }

  protected override opened(exchange: Exchange): void {
    sendOnly(exchange, this.request, this.#message, this.coding, this.sendMaxBytes, (error) =>
      this.stop(error.status, error.cause),
    );
  }

  protected override bodyReceived(chunk: Uint8Array, start: number, end: number): void {
    this.#reader ??= new MessageReader(this, this.receiveMaxBytes);
    this.#reader.push(chunk, start, end);
    this.exchange?.consumed(end - start);
  }

  protected override accept(status: Status): Status | Promise<Status> {
    this.#reader?.end();
    if (this.#inflating !== undefined) return this.#inflating.then(() => this.#judge(status));
    return this.#judge(status);
  }

  protected override ended(status: Status): void {
    if (status.code === Code.OK) this.#resolve(this.#reply);
    else this.#resolve(rejection(() => this.failure()));
  }

  #judge(status: Status): Status {
    return this.#reply === none ? responseMissing(this.method.path) : status;
  }

  #decoded(result: Inflated<unknown>): void {
    if (result.status === undefined) this.#reply = result.message;
    else this.messageFailed(result.status);
  }
}
