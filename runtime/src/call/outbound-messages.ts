// SPDX-License-Identifier: Apache-2.0
import { type CompressionSettings, compressorNamed } from "../protocol/compression.js";
import { prefixBytes, writePrefix } from "../protocol/length-prefixed-message.js";
import { toBytes } from "../rpc/bytes.js";
import type { Compressor, Encoding } from "../rpc/compression.js";
import { messageNotEncoded, messageTooLargeToSend, sentAfterEnd } from "../rpc/library-status.js";
import type { MessageCodec } from "../rpc/message-codec.js";
import type { Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import type { Exchange } from "../transport/exchange.js";
import { BufferOverflow } from "../wire/buffer-overflow.js";
import {
  encodeGathering,
  forgetGathered,
  gatheredBytesFrom,
  gatheredPieces,
  gatheredSegments,
} from "../wire/gather.js";

const firstCapacity = 1024;

/** How much room the next message of a stream is likely to need: as much as the last one took. */
interface ExpectedSize {
  bytes: number;
}

/** Of each codec that has found too little room in a call of one message: what its last two such messages took. */
const lastSizes = new WeakMap<object, { last: number; before: number }>();
let someAreLarge = false;

/** As much as both of a codec's last messages took: one large one among small ones reserves nothing. */
function usualCapacity(codec: object): number {
  const sizes = someAreLarge ? lastSizes.get(codec) : undefined;
  return sizes === undefined ? firstCapacity : Math.max(firstCapacity, Math.min(sizes.last, sizes.before));
}

function noteSize(codec: object, bytes: number, overflowed: boolean): void {
  const sizes = lastSizes.get(codec);
  if (sizes !== undefined) {
    sizes.before = sizes.last;
    sizes.last = bytes;
  } else if (overflowed) {
    lastSizes.set(codec, { last: bytes, before: 0 });
    someAreLarge = true;
  }
}

/**
 * Encodes one message behind its prefix, straight into the connection's output. True when flow control took it; false
 * when it is queued. Throws a StatusError, with nothing sent, when the message is too large or cannot be encoded.
 * A message that finds too little room is encoded again; `expected` spares that to streams of large ones, and what a
 * codec's last messages took to other calls.
 */
export function sendUncompressed<I>(
  exchange: Exchange,
  codec: MessageCodec<unknown, I>,
  message: I,
  maxBytes: number,
  endStream: boolean,
  expected?: ExpectedSize,
): boolean {
  let capacity = expected === undefined ? usualCapacity(codec) : Math.max(expected.bytes, firstCapacity);
  let overflowed = false;
  for (;;) {
    const start = exchange.beginData(capacity);
    const buffer = exchange.output.buffer;
    try {
      const end = encodeGathering(codec, buffer, message, start + prefixBytes);
      if (gatheredPieces > 0) return sendGathered(exchange, start, end, maxBytes, endStream);
      const length = end - start - prefixBytes;
      if (length > maxBytes) throw errorOf(messageTooLargeToSend(length, maxBytes));
      writePrefix(buffer, start, false, length);
      if (expected !== undefined) expected.bytes = end - start;
      else if (overflowed || someAreLarge) noteSize(codec, end - start, overflowed);
      return exchange.endData(end, endStream);
    } catch (error) {
      exchange.abortData();
      if (!(error instanceof BufferOverflow)) throw unsendable(codec.typeName, error);
      overflowed = true;
      capacity = Math.max(capacity * 2, error.neededBytes - start);
    }
  }
}

/** Sends the message that was encoded behind `start`, large `bytes` by reference. Throws as `sendUncompressed` does. */
function sendGathered(exchange: Exchange, start: number, end: number, maxBytes: number, endStream: boolean): boolean {
  const { buffer } = exchange.output;
  const total = end - start + gatheredBytesFrom(start);
  const length = total - prefixBytes;
  if (length > maxBytes) {
    forgetGathered();
    throw errorOf(messageTooLargeToSend(length, maxBytes));
  }
  writePrefix(buffer, start, false, length);
  const segments = gatheredSegments(buffer, start, end);
  exchange.abortData();
  return exchange.sendSegments(segments, total, endStream);
}

/**
 * Sends the only message of a direction and its end, compressed when there is a coding. `failed` is told, at once or
 * later, when it cannot be sent.
 */
export function sendOnly<I>(
  exchange: Exchange,
  codec: MessageCodec<unknown, I>,
  message: I,
  coding: SendCoding | undefined,
  maxBytes: number,
  failed: (error: StatusError) => void,
): void {
  try {
    if (coding === undefined) {
      sendUncompressed(exchange, codec, message, maxBytes, true);
      return;
    }
    const bytes = encodeAlone(codec, message, maxBytes);
    const compressed = compress(coding, bytes);
    if (!(compressed instanceof Promise)) {
      exchange.sendData(compressed, true);
      return;
    }
    compressed.then(
      (framed) => exchange.sendData(framed, true),
      (error: unknown) => failed(unsendable(codec.typeName, error)),
    );
  } catch (error) {
    failed(unsendable(codec.typeName, error));
  }
}

/** A message with its prefix: compressed, unless it is empty or shorter than the coding's minimum. */
export function compress(coding: SendCoding, bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
  if (bytes.length === 0 || bytes.length < coding.minBytes) return prefixed(bytes, false);
  const compressed = coding.compressor.compress(bytes);
  return compressed instanceof Uint8Array
    ? prefixed(compressed, true)
    : compressed.then((result) => prefixed(result, true));
}

/** Whether and how a call compresses what it sends. */
export interface SendCoding {
  readonly compressor: Compressor;
  readonly minBytes: number;
}

/** A call's own choice of coding, or else the channel's; false means none. */
export function sendCoding(
  settings: CompressionSettings,
  option: Encoding | false | undefined,
  compressors: readonly Compressor[],
): SendCoding | undefined {
  if (option === false) return undefined;
  const compressor = option === undefined ? settings.send : compressorNamed(option, compressors);
  return compressor && { compressor, minBytes: settings.minBytes };
}

/** The messages of one direction of a call, sent in order whatever compression takes. */
export class OutboundMessages<I> {
  readonly #codec: MessageCodec<unknown, I>;
  readonly #maxBytes: number;
  readonly #expected: ExpectedSize = { bytes: firstCapacity };
  #exchange: Exchange | undefined;
  #coding: SendCoding | undefined;
  /** Messages that wait for the exchange, for an earlier one's compression or for flow control. */
  #waiting: Waiting<I>[] = [];
  #state: "open" | "ended" | { readonly reason: () => StatusError } = "open";
  #compressing = false;
  #undrained = false;
  /** Settled when what the exchange has queued has gone. */
  #draining: (() => void)[] = [];
  #onEnd: ((exchange: Exchange) => void) | undefined;

  constructor(codec: MessageCodec<unknown, I>, maxBytes: number) {
    this.#codec = codec;
    this.#maxBytes = maxBytes;
  }

  /** The exchange is there; what has waited goes out. */
  start(exchange: Exchange, coding: SendCoding | undefined): void {
    this.#exchange = exchange;
    this.#coding = coding;
    this.#flush();
  }

  /** True: handed over to flow control. A promise: resolves when it is. Throws or rejects with a StatusError. */
  send(message: I, compress: boolean): true | Promise<void> {
    if (this.#state !== "open") throw this.#state === "ended" ? afterEnd() : this.#state.reason();
    if (this.#exchange !== undefined && this.#waiting.length === 0 && !this.#compressing && !this.#undrained) {
      if (!this.#compresses(compress)) {
        if (this.#sendUncompressed(this.#exchange, message)) return true;
        this.#undrained = true;
        return new Promise((resolve) => this.#draining.push(resolve));
      }
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, compress, resolve, reject });
      this.#flush();
    });
  }

  /** No more messages: `onEnd` is called when all have been handed over, and sends the end in the protocol's way. */
  end(onEnd: (exchange: Exchange) => void): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#onEnd = onEnd;
    this.#flush();
  }

  get ended(): boolean {
    return this.#state !== "open";
  }

  /** The exchange has room again. */
  drained(): void {
    if (!this.#undrained) return;
    this.#undrained = false;
    const draining = this.#draining;
    this.#draining = [];
    for (const resolve of draining) resolve();
    this.#flush();
  }

  /** The call is over: everyone who waits is told. */
  fail(reason: () => StatusError): void {
    if (typeof this.#state === "object") return;
    this.#state = { reason };
    this.#onEnd = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) one.reject(reason());
    const draining = this.#draining;
    this.#draining = [];
    for (const resolve of draining) resolve();
  }

  #compresses(compress: boolean): boolean {
    return compress && this.#coding !== undefined;
  }

  #flush(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    while (this.#waiting.length > 0 && !this.#compressing && !this.#undrained) {
      const one = this.#waiting.shift() as Waiting<I>;
      try {
        if (this.#compresses(one.compress)) this.#sendCompressed(exchange, this.#coding as SendCoding, one);
        else this.#handedOver(one, this.#sendUncompressed(exchange, one.message));
      } catch (error) {
        this.#unsent(one, unsendable(this.#codec.typeName, error));
      }
    }
    if (this.#onEnd !== undefined && this.#waiting.length === 0 && !this.#compressing) {
      const onEnd = this.#onEnd;
      this.#onEnd = undefined;
      onEnd(exchange);
    }
  }

  #sendUncompressed(exchange: Exchange, message: I): boolean {
    return sendUncompressed(exchange, this.#codec, message, this.#maxBytes, false, this.#expected);
  }

  #sendCompressed(exchange: Exchange, coding: SendCoding, one: Waiting<I>): void {
    const bytes = encodeAlone(this.#codec, one.message, this.#maxBytes);
    const framed = compress(coding, bytes);
    if (!(framed instanceof Promise)) {
      this.#handedOver(one, exchange.sendData(framed, false));
      return;
    }
    this.#compressing = true;
    framed.then(
      (result) => {
        this.#compressing = false;
        if (typeof this.#state === "object") one.reject(this.#state.reason());
        else this.#handedOver(one, exchange.sendData(result, false));
        this.#flush();
      },
      (error: unknown) => {
        this.#compressing = false;
        this.#unsent(one, unsendable(this.#codec.typeName, error));
      },
    );
  }

  // What follows must not arrive without it, nor the end.
  #unsent(one: Waiting<I>, error: StatusError): void {
    one.reject(error);
    this.fail(() => error);
  }

  #handedOver(one: Waiting<I>, drained: boolean): void {
    if (drained) {
      one.resolve();
    } else {
      this.#undrained = true;
      this.#draining.push(one.resolve);
    }
  }
}

/** Encodes a message into bytes of its own, within the limit. */
export function encodeAlone<I>(codec: MessageCodec<unknown, I>, message: I, maxBytes: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = toBytes(codec, message);
  } catch (error) {
    throw unsendable(codec.typeName, error);
  }
  if (bytes.length > maxBytes) throw errorOf(messageTooLargeToSend(bytes.length, maxBytes));
  return bytes;
}

function prefixed(bytes: Uint8Array, compressed: boolean): Uint8Array {
  const framed = new Uint8Array(prefixBytes + bytes.length);
  writePrefix(framed, 0, compressed, bytes.length);
  framed.set(bytes, prefixBytes);
  return framed;
}

interface Waiting<I> {
  readonly message: I;
  readonly compress: boolean;
  resolve(): void;
  reject(reason: unknown): void;
}

/** Why a message cannot be sent, as a StatusError: itself, or INTERNAL with the error as its cause. */
export function unsendable(typeName: string, error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  return errorOf(messageNotEncoded(typeName, error), error);
}

function afterEnd(): StatusError {
  return errorOf(sentAfterEnd);
}

function errorOf(status: Status, cause?: unknown): StatusError {
  return new StatusError(status.code, status.message, cause === undefined ? undefined : { cause });
}
