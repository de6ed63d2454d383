// SPDX-License-Identifier: Apache-2.0
import { type Coding, identityCoding } from "../protocol/compression.js";
import { MessageReader, type MessageReceiver, prefixBytes } from "../protocol/length-prefixed-message.js";
import { type Compressor, MessageTooLargeError } from "../rpc/compression.js";
import {
  compressedWithoutCoding,
  inflatedTooLarge,
  messageNotDecoded,
  messageNotDecompressed,
} from "../rpc/library-status.js";
import type { MessageCodec } from "../rpc/message-codec.js";
import type { Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import { Reader } from "../wire/reader.js";
import { rejection } from "./rejection.js";

/** What a stream of messages asks of the call that receives it. */
export interface InboundOwner {
  /** The application has taken so many received bytes: the peer may send as many more. */
  inboundConsumed(bytes: number): void;
  /** The received bytes break a rule; the call ends with this status. */
  inboundFailed(status: Status): void;
  /** The consumer has left before the end. */
  inboundAbandoned(): void;
}

/** Answers one `next()`. */
type Waiter<T> = (result: IteratorResult<T, undefined> | PromiseLike<IteratorResult<T, undefined>>) => void;

const done: IteratorResult<never, undefined> = Object.freeze({ value: undefined, done: true });
const reader = new Reader(new Uint8Array(0));
/** What every queue starts as; never written to. */
const noQueue: never[] = [];

/**
 * Messages on their way from the connection to the application: an async iterable for one consumer. A message's bytes
 * are given back as flow-control credit when the consumer takes it, so a consumer that stops stops its peer. Bytes of
 * an unfinished message are credited at once while nothing is queued, or a message larger than the window could never
 * arrive.
 */
export class InboundMessages<T> implements AsyncIterable<T>, AsyncIterator<T, undefined>, MessageReceiver {
  readonly #codec: MessageCodec<T, never>;
  readonly #maxBytes: number;
  readonly #owner: InboundOwner;
  /** Made for the first bytes. */
  #reader: MessageReader | undefined;
  /** How the peer said it compresses. */
  coding: Coding = identityCoding;
  #queue: Queued<T>[] = noQueue;
  #taken = 0;
  #uncredited = 0;
  #queuedBytes = 0;
  /** "given": the peer has nothing more to send, so nothing is held back for what is queued. */
  #credit: "onTaking" | "given" = "onTaking";
  /** Who has asked first, and who has asked without waiting for that. */
  #waiter: Waiter<T> | undefined;
  #laterWaiters: Waiter<T>[] | undefined;
  #inflating: Promise<unknown> | undefined;
  #end: "open" | "ended" | { readonly reason: () => StatusError } = "open";
  #iterated = false;
  /** Messages that have arrived, taken or not. */
  receivedMessages = 0;
  /** Whether the message last taken was compressed. */
  takenCompressed = false;

  constructor(codec: MessageCodec<T, never>, maxBytes: number, owner: InboundOwner) {
    this.#codec = codec;
    this.#maxBytes = maxBytes;
    this.#owner = owner;
  }

  /** Takes a part of the body. */
  push(chunk: Uint8Array, start: number, end: number): void {
    this.#uncredited += end - start;
    if (this.#end === "open") {
      this.#reader ??= new MessageReader(this, this.#maxBytes);
      this.#reader.push(chunk, start, end);
    }
    this.#settleCredit();
  }

  /** The body has ended; what is queued is still delivered. */
  end(): void {
    if (this.#end !== "open") return;
    this.#reader?.end();
    if (this.#end !== "open") return;
    this.#end = "ended";
    if (this.#inflating === undefined) this.#finishWaiters();
  }

  /** One complete message, from the reader. */
  messageReceived(chunk: Uint8Array, start: number, end: number, compressed: boolean): void {
    if (this.#end !== "open") return;
    this.receivedMessages++;
    const size = end - start + prefixBytes;
    if (compressed && this.coding.kind !== "compressor") {
      this.#owner.inboundFailed(this.coding.kind === "unknown" ? this.coding.status : compressedWithoutCoding);
      return;
    }
    // Inflated only when taken: a queue of small compressed messages must not become a queue of large ones.
    const queued: Queued<T> = compressed
      ? { size, bytes: chunk.slice(start, end), message: undefined }
      : { size, bytes: undefined, message: undefined };
    if (!compressed) {
      try {
        queued.message = this.#codec.decode(reader.reset(chunk, start, end), end);
      } catch (error) {
        this.#owner.inboundFailed(messageNotDecoded(this.#codec.typeName, error));
        return;
      }
    }
    const waiter = this.#inflating === undefined ? this.#nextWaiter() : undefined;
    if (waiter === undefined) {
      if (this.#queue === noQueue) this.#queue = [];
      this.#queue.push(queued);
      this.#queuedBytes += size;
    } else {
      waiter(this.#open(queued));
    }
  }

  messageFailed(status: Status): void {
    this.#owner.inboundFailed(status);
  }

  /**
   * The call is over early: the consumer gets the error, after what is queued when `keepQueued`. The first error counts,
   * unless another takes the place of what is still queued before it.
   */
  fail(reason: () => StatusError, keepQueued: boolean): void {
    if (typeof this.#end === "object" && (keepQueued || this.untaken === 0)) return;
    this.#end = { reason };
    this.#reader?.stop();
    if (!keepQueued) this.#drop();
    if (this.#inflating === undefined) this.#finishWaiters();
  }

  /**
   * The exchange is over: what is queued is the application's own memory, and no longer counts against the connection,
   * which it would do for ever when nobody takes it.
   */
  creditAll(): void {
    this.#credit = "given";
    this.#settleCredit();
  }

  /** Messages that have arrived and that the consumer has not taken. */
  get untaken(): number {
    return this.#queue.length - this.#taken;
  }

  /** Settles when the message that is being inflated is, and its failure reported. */
  get inflating(): Promise<unknown> | undefined {
    return this.#inflating;
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    if (this.#iterated) throw new TypeError("the messages of a call can be iterated once");
    this.#iterated = true;
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#inflating === undefined && this.#taken < this.#queue.length) return Promise.resolve(this.#take());
    if (this.#inflating === undefined && this.#end !== "open") {
      return this.#end === "ended" ? Promise.resolve(done) : rejection(this.#end.reason);
    }
    return new Promise((resolve) => {
      if (this.#waiter === undefined) this.#waiter = resolve;
      else if (this.#laterWaiters === undefined) this.#laterWaiters = [resolve];
      else this.#laterWaiters.push(resolve);
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    if (this.#end === "open" || this.#taken < this.#queue.length) {
      if (this.#end === "open") this.#end = "ended";
      this.#reader?.stop();
      this.#drop();
      this.#owner.inboundAbandoned();
    }
    this.#finishWaiters();
    return Promise.resolve(done);
  }

  #take(): IteratorResult<T, undefined> | Promise<IteratorResult<T, undefined>> {
    const queued = this.#queue[this.#taken];
    this.#queue[this.#taken++] = undefined as never;
    if (this.#taken === this.#queue.length) {
      this.#queue.length = 0;
      this.#taken = 0;
    } else if (this.#taken >= 1024) {
      this.#queue = this.#queue.slice(this.#taken);
      this.#taken = 0;
    }
    this.#queuedBytes -= queued.size;
    if (this.#queuedBytes > 0 && this.#credit === "onTaking") {
      this.#uncredited -= queued.size;
      this.#owner.inboundConsumed(queued.size);
    } else {
      this.#settleCredit();
    }
    return this.#open(queued);
  }

  #open(queued: Queued<T>): IteratorResult<T, undefined> | Promise<IteratorResult<T, undefined>> {
    this.takenCompressed = queued.bytes !== undefined;
    if (queued.bytes === undefined) return { value: queued.message as T, done: false };
    const { compressor } = this.coding as Coding & { kind: "compressor" };
    const inflated = inflate(compressor, queued.bytes, this.#maxBytes, this.#codec);
    if (!(inflated instanceof Promise)) return this.#opened(inflated);
    const opening = inflated.then((result) => this.#opened(result));
    this.#inflating = opening;
    const next = () => {
      this.#inflating = undefined;
      this.#serveWaiters();
    };
    opening.then(next, next);
    return opening;
  }

  #opened(result: Inflated<T>): IteratorResult<T, undefined> | Promise<never> {
    if (result.status === undefined) return { value: result.message, done: false };
    const { code, message } = result.status;
    this.#owner.inboundFailed(result.status);
    return rejection(() => new StatusError(code, message));
  }

  // After an inflation: those who asked meanwhile, in their order.
  #serveWaiters(): void {
    while (this.#inflating === undefined && this.#waiter !== undefined && this.#taken < this.#queue.length) {
      this.#nextWaiter()?.(this.#take());
    }
    if (this.#inflating === undefined && this.#end !== "open") this.#finishWaiters();
  }

  #finishWaiters(): void {
    for (let waiter = this.#nextWaiter(); waiter !== undefined; waiter = this.#nextWaiter()) {
      const end = this.#end;
      waiter(typeof end === "object" ? rejection(end.reason) : done);
    }
  }

  #nextWaiter(): Waiter<T> | undefined {
    const waiter = this.#waiter;
    if (waiter !== undefined) this.#waiter = this.#laterWaiters?.shift();
    return waiter;
  }

  // Credits what belongs to no queued message.
  #settleCredit(): void {
    if (this.#uncredited === 0 || (this.#queuedBytes > 0 && this.#credit === "onTaking")) return;
    const bytes = this.#uncredited;
    this.#uncredited = 0;
    this.#owner.inboundConsumed(bytes);
  }

  #drop(): void {
    this.#queue = noQueue;
    this.#taken = 0;
    this.#queuedBytes = 0;
    this.#settleCredit();
  }
}

interface Queued<T> {
  readonly size: number;
  /** Compressed bytes, or undefined when `message` is decoded. */
  readonly bytes: Uint8Array | undefined;
  message: T | undefined;
}

/** A message inflated and decoded, or the status that says why not. */
export type Inflated<T> = { readonly status: undefined; readonly message: T } | { readonly status: Status };

/** Inflates and decodes one message. Never throws and never rejects. */
export function inflate<T>(
  decompressor: Compressor,
  bytes: Uint8Array,
  maxBytes: number,
  codec: MessageCodec<T, never>,
): Inflated<T> | Promise<Inflated<T>> {
  const decoded = (inflated: Uint8Array): Inflated<T> => {
    if (inflated.length > maxBytes) return { status: inflatedTooLarge(maxBytes) };
    try {
      return { status: undefined, message: codec.decode(reader.reset(inflated, 0, inflated.length), inflated.length) };
    } catch (error) {
      return { status: messageNotDecoded(codec.typeName, error) };
    }
  };
  const failed = (error: unknown): Inflated<T> => ({
    status:
      error instanceof MessageTooLargeError
        ? inflatedTooLarge(maxBytes)
        : messageNotDecompressed(decompressor.name, error),
  });
  try {
    const inflated = decompressor.decompress(bytes, maxBytes);
    return inflated instanceof Uint8Array ? decoded(inflated) : inflated.then(decoded, failed);
  } catch (error) {
    return failed(error);
  }
}
