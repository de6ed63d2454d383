// SPDX-License-Identifier: Apache-2.0
import { requestCoding } from "../protocol/compression.js";
import { MessageReader, type MessageReceiver, prefixBytes } from "../protocol/length-prefixed-message.js";
import { compressedWithoutCoding, messageNotDecoded, requestMissing, requestRepeated } from "../rpc/library-status.js";
import type { Status } from "../rpc/status.js";
import type { StatusError } from "../rpc/status-error.js";
import { Reader } from "../wire/reader.js";
import { type Inflated, inflate } from "./inbound-messages.js";
import { compress, encodeAlone, sendUncompressed, unsendable } from "./outbound-messages.js";
import { ServerCall } from "./server-call.js";

const reader = new Reader(new Uint8Array(0));
const none = Symbol("no message yet");
const taken = Symbol("the handler has it");

/**
 * A unary call without interceptors, the straight line: the request is decoded where it was received, the reply is
 * encoded where it will be sent, and head, message and status leave together.
 */
export class UnaryServerCall extends ServerCall implements MessageReceiver {
  #request: unknown = none;
  receivedCompressed = false;
  #reader: MessageReader | undefined;
  #inflating = false;
  #requestEnded = false;
  #credit = 0;

  override dataReceived(chunk: Uint8Array, start: number, end: number, endStream: boolean): void {
    if (this.state === "ended") {
      this.exchange.consumed(end - start);
      return;
    }
    if (endStream) this.#requestEnded = true;
    this.#credit += end - start;
    // The common request: one whole uncompressed message in one chunk.
    const length = end - start - prefixBytes;
    if (
      this.#reader === undefined &&
      length >= 0 &&
      length <= this.engine.receiveMaxBytes &&
      chunk[start] === 0 &&
      ((chunk[start + 1] << 24) | (chunk[start + 2] << 16) | (chunk[start + 3] << 8) | chunk[start + 4]) === length
    ) {
      this.messageReceived(chunk, start + prefixBytes, end, false);
    } else if (end > start) {
      this.#reader ??= new MessageReader(this, this.engine.receiveMaxBytes);
      this.#reader.push(chunk, start, end);
    }
    if (this.#requestEnded) this.#reader?.end();
    if (!this.#requestEnded) this.#settleCredit();
    else this.#requestComplete();
  }

  messageReceived(chunk: Uint8Array, start: number, end: number, compressed: boolean): void {
    if (this.state === "ended") return;
    if (this.#request !== none || this.#inflating) {
      this.refuse(requestRepeated(this.route.method.path));
      return;
    }
    this.receivedCompressed = compressed;
    const codec = this.route.request;
    if (compressed) {
      const coding = requestCoding(this.head.encoding, this.engine.compression);
      if (coding.kind !== "compressor") {
        this.refuse(coding.kind === "unknown" ? coding.status : compressedWithoutCoding);
        return;
      }
      const inflated = inflate(coding.compressor, chunk.slice(start, end), this.engine.receiveMaxBytes, codec);
      if (inflated instanceof Promise) {
        this.#inflating = true;
        inflated.then((result) => {
          this.#inflating = false;
          this.#decoded(result);
          this.#requestComplete();
        });
      } else {
        this.#decoded(inflated);
      }
      return;
    }
    try {
      this.#request = codec.decode(reader.reset(chunk, start, end), end);
    } catch (error) {
      this.refuse(messageNotDecoded(codec.typeName, error));
    }
  }

  messageFailed(status: Status): void {
    this.refuse(status);
  }

  override outputDrained(): void {}

  protected override abandoned(_reason: () => StatusError): void {}

  #decoded(result: Inflated<unknown>): void {
    if (result.status === undefined) this.#request = result.message;
    else this.refuse(result.status);
  }

  #settleCredit(): void {
    const credit = this.#credit;
    this.#credit = 0;
    if (credit > 0) this.exchange.consumed(credit);
  }

  #requestComplete(): void {
    if (this.#inflating || !this.#requestEnded) return;
    this.#settleCredit();
    const request = this.#request;
    if (this.state === "ended" || request === taken) return;
    if (request === none) {
      this.refuse(requestMissing(this.route.method.path));
      return;
    }
    this.#request = taken;
    this.requestReady(request);
  }

  /** The request is there, whole and alone. */
  protected requestReady(request: unknown): void {
    this.handlerStarted();
    const { handler } = this.route;
    let result: unknown;
    try {
      const storage = this.engine.platform.contextStorage;
      result = storage?.enabled ? storage.run(this, () => handler(request, this)) : handler(request, this);
      if (isThenable(result)) {
        result.then(
          (message) => this.reply(message),
          (error: unknown) => this.#handlerRejected(error),
        );
        return;
      }
    } catch (error) {
      this.#handlerRejected(error);
      return;
    }
    this.reply(result);
  }

  // Thenables not made by the language may settle more than once: the first counts.
  #handlerRejected(error: unknown): void {
    if (this.handlerState === "running") this.handlerThrew(error);
  }

  /** Sends the handler's message and the status. */
  protected reply(message: unknown): void {
    if (this.handlerState === "settled") return;
    this.handlerSettled();
    if (this.state === "ended") return;
    try {
      if (this.compress && this.coding !== undefined) {
        this.#replyCompressed(message);
        return;
      }
      this.sendHeaders();
      sendUncompressed(this.exchange, this.route.response, message, this.engine.sendMaxBytes, false);
    } catch (error) {
      this.replyFailed(error);
      return;
    }
    this.succeed();
  }

  #replyCompressed(message: unknown): void {
    const coding = this.coding;
    if (coding === undefined) return;
    const bytes = encodeAlone(this.route.response, message, this.engine.sendMaxBytes);
    const framed = compress(coding, bytes);
    const send = (body: Uint8Array) => {
      if (this.state === "ended") return;
      this.sendHeaders();
      this.exchange.sendData(body, false);
      this.succeed();
    };
    if (framed instanceof Promise)
      framed.then(send).catch((error: unknown) => this.replyFailed(unsendable(this.route.response.typeName, error)));
    else send(framed);
  }
}

/** True for promises of any make. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
