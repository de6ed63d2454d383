// SPDX-License-Identifier: Apache-2.0
import { responseCompressor } from "../protocol/compression.js";
import type { RequestHead, ServerProtocol } from "../protocol/protocol.js";
import { Code } from "../rpc/code.js";
import { ContextValues } from "../rpc/context-values.js";
import {
  cancelledByClient,
  connectionLostOnServer,
  deadlineExceeded,
  fieldsTooLargeToSend,
  handlerFailed,
  shutdownGraceEnded,
  statusNotEncoded,
} from "../rpc/library-status.js";
import { Metadata } from "../rpc/metadata.js";
import type { MethodInfo } from "../rpc/method.js";
import type { Peer } from "../rpc/peer.js";
import type { ParentCall, ServerContext } from "../rpc/server-context.js";
import { okStatus, type Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import {
  ErrorCode,
  type Exchange,
  type ExchangeError,
  type ExchangeListener,
  type Field,
  type FieldSection,
  sectionBytes,
} from "../transport/exchange.js";
import { DeadlineTimer } from "./deadline-timer.js";
import type { SendCoding } from "./outbound-messages.js";
import type { CancellableCall, Route, ServerEngine } from "./server-engine.js";

/**
 * One call on the server, from its head to its status: what all shapes share. It is the context that the handler gets,
 * so that a call makes one object, and everything a call may not use is made when first read.
 */
export abstract class ServerCall implements ExchangeListener, ServerContext, ParentCall, CancellableCall {
  readonly engine: ServerEngine;
  readonly protocol: ServerProtocol;
  readonly route: Route;
  readonly exchange: Exchange;
  readonly head: RequestHead;
  readonly peer: Peer;
  /** Compression of our messages, when the client accepts it. */
  readonly coding: SendCoding | undefined;
  compress: boolean;
  abstract readonly receivedCompressed: boolean;

  nextRunning: CancellableCall | undefined = undefined;
  previousRunning: CancellableCall | undefined = undefined;
  /** "ended": the status is out, or can no longer be sent. */
  state: "running" | "ended" = "running";
  /** What has become of the handler; its slot is kept until it has settled. */
  handlerState: "waiting" | "running" | "settled" = "waiting";
  #headersState: "open" | "sent" = "open";
  #headers: Metadata | undefined;
  #trailers: Metadata | undefined;
  #metadata: Metadata | undefined;
  #contextValues: ContextValues | undefined;
  #abort: AbortController | undefined;
  /** Why the call was cancelled; made when someone asks for it, as its stack is most of what a cancel costs. */
  #cancelReason: StatusError | (() => StatusError) | undefined;
  #cancelListeners: Set<(reason: Error) => void> | undefined;
  /** Monotonic milliseconds; Infinity without one. */
  #deadlineAt = Number.POSITIVE_INFINITY;
  #deadlineTimer: DeadlineTimer | undefined;
  #code: Code = Code.OK;

  constructor(
    engine: ServerEngine,
    protocol: ServerProtocol,
    route: Route,
    exchange: Exchange,
    head: RequestHead,
    peer: Peer,
  ) {
    this.engine = engine;
    this.protocol = protocol;
    this.route = route;
    this.exchange = exchange;
    this.head = head;
    this.peer = peer;
    const compressor = responseCompressor(engine.compression.send, head.acceptEncodings);
    this.coding = compressor && { compressor, minBytes: engine.compression.minBytes };
    this.compress = this.coding !== undefined;
    engine.callStarted(this);
    const timeoutMs = head.timeoutMs;
    if (timeoutMs !== undefined || engine.maxTimeoutMs !== Number.POSITIVE_INFINITY) {
      this.#limitTime(Math.min(timeoutMs ?? Number.POSITIVE_INFINITY, engine.maxTimeoutMs));
    }
  }

  abstract dataReceived(chunk: Uint8Array, start: number, end: number, endStream: boolean): void;
  abstract outputDrained(): void;
  /** The call is over before its time: let go of the messages in both directions. */
  protected abstract abandoned(reason: () => StatusError): void;
  /** The status is decided; nothing more can be sent. */
  protected finished(_status: Status): void {}

  /** Trailers of a request: HTTP allows them, gRPC gives them no meaning. */
  headersReceived(_fields: FieldSection, endStream: boolean): void {
    if (endStream) this.dataReceived(noBytes, 0, 0, true);
  }

  streamReset(error: ExchangeError): void {
    if (this.state === "ended") return;
    const status = error.initiator === "connection" ? connectionLostOnServer : cancelledByClient;
    this.#cancelWith(status, error.message);
    this.#finish(status);
  }

  get method(): MethodInfo {
    return this.route.method;
  }

  get metadata(): Metadata {
    this.#metadata ??= this.protocol.metadataOf(this.head.fields);
    return this.#metadata;
  }

  get headers(): Metadata {
    if (this.#headers === undefined) {
      this.#headers = new Metadata();
      if (this.#headersState === "sent" && this.state === "running") this.#headers.seal(headersHaveLeft);
    }
    return this.#headers;
  }

  get trailers(): Metadata {
    this.#trailers ??= new Metadata();
    return this.#trailers;
  }

  get contextValues(): ContextValues {
    this.#contextValues ??= new ContextValues();
    return this.#contextValues;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#cancelReason !== undefined) this.#abort.abort(this.#reason(this.#cancelReason));
    }
    return this.#abort.signal;
  }

  get deadline(): number | undefined {
    if (this.#deadlineAt === Number.POSITIVE_INFINITY) return undefined;
    const { clock } = this.engine.platform;
    return clock.epochNow() + (this.#deadlineAt - clock.now());
  }

  remainingMs(): number {
    if (this.#deadlineAt === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#deadlineAt - this.engine.platform.clock.now());
  }

  sendHeaders(): void {
    if (this.state === "ended" || this.#headersState === "sent") return;
    this.#sendHead();
    this.#headers?.seal(headersHaveLeft);
  }

  /** Throws a StatusError, with nothing sent and the handler's headers forgotten, when they are more than the client accepts. */
  #sendHead(): void {
    const encoding = this.coding === undefined ? "identity" : this.coding.compressor.name;
    const fields = this.protocol.responseHead(
      this.head,
      encoding,
      this.engine.compression.acceptEncodings,
      this.#headers,
    );
    if (this.#headers !== undefined) {
      const tooLarge = this.#tooLarge("headers", fields);
      if (tooLarge !== undefined) {
        this.#headers = undefined;
        throw tooLarge;
      }
    }
    this.#headersState = "sent";
    this.exchange.sendHeaders(fields, false);
  }

  addCancelListener(listener: (reason: Error) => void): () => void {
    if (this.#cancelReason !== undefined) {
      listener(this.#reason(this.#cancelReason));
      return () => {};
    }
    this.#cancelListeners ??= new Set();
    this.#cancelListeners.add(listener);
    return () => this.#cancelListeners?.delete(listener);
  }

  /** An interceptor's deadline: it can only come nearer. */
  shortenDeadline(deadline: number): void {
    const { clock } = this.engine.platform;
    if (this.state !== "ended") this.#limitTime(deadline - clock.epochNow());
  }

  shutDown(): void {
    if (this.state !== "ended" && this.exchange.queuedBytes > 0) {
      // The status would wait behind data that the client does not take, and a reset would say CANCELLED (gRPC statuscodes:
      // "Server shutting down" is UNAVAILABLE): the end of the connection, which comes next, says what is true.
      this.#cancelWith(shutdownGraceEnded);
      this.#finish(shutdownGraceEnded);
    } else {
      this.#stop(shutdownGraceEnded);
    }
  }

  /** Sends the status and ends the call. The first end counts. */
  end(status: Status, metadata?: Metadata): void {
    if (this.state === "ended") return;
    if (metadata !== undefined && metadata.size > 0) this.trailers.merge(metadata);
    let sent = status;
    try {
      // In one section with the status, what the handler left as headers would arrive as trailers.
      if (this.#headersState === "open" && this.#headers !== undefined && this.#headers.size > 0) this.#sendHead();
      const fields = this.#statusFields(status);
      const checked = status.code !== Code.OK || this.#trailers !== undefined;
      const tooLarge = checked ? this.#tooLarge("trailers", fields) : undefined;
      if (tooLarge !== undefined) throw tooLarge;
      this.exchange.sendHeaders(fields, true);
    } catch (error) {
      // Details that are none, or more of the handler's words than the client accepts: the call must end all the same.
      this.engine.handlerFailed(error, this);
      sent = error instanceof StatusError ? error.status : statusNotEncoded(status);
      if (error instanceof StatusError) this.#trailers = undefined;
      this.exchange.sendHeaders(this.#statusFields(sent), true);
    }
    this.#headersState = "sent";
    this.#finish(sent);
  }

  #statusFields(status: Status): readonly Field[] {
    if (this.#headersState === "sent") return this.protocol.trailers(status, this.#trailers);
    return this.protocol.trailersOnly(this.head, status, this.#trailers);
  }

  #tooLarge(what: "headers" | "trailers", fields: readonly Field[]): StatusError | undefined {
    const { maxHeaderListBytes } = this.exchange;
    const bytes = sectionBytes(fields);
    if (bytes <= maxHeaderListBytes) return undefined;
    const { code, message } = fieldsTooLargeToSend(what, bytes, maxHeaderListBytes);
    return new StatusError(code, message);
  }

  /** The handler has thrown or rejected. */
  protected handlerThrew(error: unknown): void {
    this.handlerSettled();
    if (error instanceof StatusError) {
      this.end(error.status, error.metadata);
      return;
    }
    // After cancellation an AbortError is the handler's way of stopping, not a failure of its own.
    if (this.state === "running" || !(error instanceof Error && error.name === "AbortError")) {
      this.engine.handlerFailed(error, this);
    }
    this.end(handlerFailed);
  }

  /** What the handler gave cannot be sent. */
  protected replyFailed(error: unknown): void {
    if (this.state === "ended") return;
    this.engine.handlerFailed(error, this);
    this.end(error instanceof StatusError ? error.status : handlerFailed);
  }

  protected handlerStarted(): void {
    this.handlerState = "running";
  }

  /** The handler is done: with the status out, its slot is free. */
  protected handlerSettled(): void {
    if (this.handlerState === "settled") return;
    this.handlerState = "settled";
    if (this.state === "ended") this.#release();
  }

  /** The request breaks a rule before or while the handler runs. */
  protected refuse(status: Status): void {
    // Of what is wrong with messages, only their size is answered so.
    if (status.code === Code.RESOURCE_EXHAUSTED) this.engine.messageTooLarge();
    this.#stop(status);
  }

  protected succeed(): void {
    this.end(okStatus);
  }

  /** Runs `callback` as this call, so that calls made inside find it as their parent. */
  protected runInContext<T>(callback: () => T): T {
    const storage = this.engine.platform.contextStorage;
    return storage?.enabled ? storage.run(this, callback) : callback();
  }

  #limitTime(timeoutMs: number): void {
    const at = this.engine.platform.clock.now() + timeoutMs;
    if (at >= this.#deadlineAt) return;
    this.#deadlineAt = at;
    this.exchange.deadlineAt = at;
    this.#deadlineTimer ??= new DeadlineTimer(this);
    this.engine.wheel.set(this.#deadlineTimer, at);
  }

  /** The deadline has passed: the handler is told and the client gets the status from us. */
  deadlinePassed(): void {
    this.#stop(deadlineExceeded);
  }

  #stop(status: Status): void {
    if (this.state === "ended") return;
    this.#cancelWith(status);
    // A client that does not take our data would not see trailers behind it.
    if (this.exchange.queuedBytes > 0) {
      this.exchange.reset(ErrorCode.CANCEL);
      this.#finish(status);
    } else {
      this.end(status);
    }
  }

  #cancelWith(status: Status, cause?: string): void {
    if (this.#cancelReason !== undefined) return;
    const makeReason = () => new StatusError(status.code, status.message, cause === undefined ? undefined : { cause });
    this.#cancelReason = makeReason;
    this.abandoned(makeReason);
    const listeners = this.#cancelListeners;
    if (this.#abort === undefined && listeners === undefined) return;
    const reason = this.#reason(makeReason);
    this.#abort?.abort(reason);
    this.#cancelListeners = undefined;
    if (listeners !== undefined) for (const listener of listeners) listener(reason);
  }

  /** The one error that the signal and all listeners get. */
  #reason(reason: StatusError | (() => StatusError)): StatusError {
    const error = typeof reason === "function" ? reason() : reason;
    this.#cancelReason = error;
    return error;
  }

  #finish(status: Status): void {
    this.state = "ended";
    this.#code = status.code;
    this.finished(status);
    if (this.#deadlineTimer !== undefined) this.engine.wheel.clear(this.#deadlineTimer);
    if (this.handlerState !== "running") this.#release();
  }

  #release(): void {
    this.exchange.release();
    this.engine.callEnded(this, this.#code);
  }
}

const noBytes = new Uint8Array(0);
const headersHaveLeft = "headers have left already: set them before the first message and before sendHeaders()";
