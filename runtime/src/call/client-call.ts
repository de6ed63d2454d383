// SPDX-License-Identifier: Apache-2.0
import { type Coding, identityCoding, responseCoding } from "../protocol/compression.js";
import type { CallOptions } from "../rpc/call.js";
import type { CallCredentials } from "../rpc/call-credentials.js";
import { Code } from "../rpc/code.js";
import { ContextValues } from "../rpc/context-values.js";
import {
  callIsOver,
  cancelledLocally,
  connectionLost,
  credentialsNeedTls,
  exchangeFailed,
  fieldsTooLargeToSend,
  limitExceeded,
  notProcessed,
  responseMalformed,
  trailersMissing,
} from "../rpc/library-status.js";
import type { MessageCodec } from "../rpc/message-codec.js";
import { Metadata } from "../rpc/metadata.js";
import type { Method } from "../rpc/method.js";
import type { Peer } from "../rpc/peer.js";
import type { Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import {
  ErrorCode,
  type Exchange,
  type ExchangeError,
  type ExchangeListener,
  type FieldSection,
  sectionBytes,
} from "../transport/exchange.js";
import { credentialMetadata, credentialsStatus } from "./call-credentials.js";
import { checkCallOptions } from "./call-options.js";
import type { ClientConnection, ClientEngine, UnassignedCall } from "./client-engine.js";
import { type Deferred, deferred } from "./deferred.js";
import { LimitedCall } from "./limited-call.js";
import { type SendCoding, sendCoding } from "./outbound-messages.js";

/** What a handle shows of its call. */
export interface CallCore {
  readonly peer: Peer | undefined;
  readonly receivedCompressed: boolean;
  headers(): Promise<Metadata>;
  trailers(): Promise<Metadata>;
  status(): Promise<Status>;
  cancel(reason?: string): void;
}

/**
 * One call on the client, from its options to its status: what all shapes share. It waits for a connection, opens its
 * exchange, reads head and trailers, and ends exactly once: by the server's status, a deadline, a cancellation or the
 * loss of the connection.
 */
export abstract class ClientCall extends LimitedCall implements ExchangeListener, UnassignedCall, CallCore {
  readonly method: Method;
  readonly request: MessageCodec<unknown, unknown>;
  readonly response: MessageCodec<unknown, never>;
  readonly waitForReady: boolean;
  readonly coding: SendCoding | undefined;
  readonly receiveMaxBytes: number;
  readonly sendMaxBytes: number;
  exchange: Exchange | undefined;
  peer: Peer | undefined;
  protected responseCoding: Coding = identityCoding;
  readonly #options: CallOptions | undefined;
  #metadata: Metadata | undefined;
  #credentials: Metadata | undefined;
  #contextValues: ContextValues | undefined;
  #headState: "awaited" | "received" = "awaited";
  #headSection: FieldSection | undefined;
  #trailersSection: FieldSection | undefined;
  #remoteEnded = false;
  #status: Status | undefined;
  #endedBy: "server" | "client" = "client";
  #headersDeferred: Deferred<Metadata> | undefined;
  #endDeferred: Deferred<void> | undefined;
  #cause: unknown;

  constructor(engine: ClientEngine, method: Method, options: CallOptions | undefined) {
    if (options !== undefined) checkCallOptions(options);
    super(engine);
    this.method = method;
    const { codec } = engine;
    const request = method.request as MessageCodec<unknown, unknown>;
    const response = method.response as MessageCodec<unknown, never>;
    this.request = codec === undefined ? request : codec.codecFor(request);
    this.response = codec === undefined ? response : codec.codecFor(response);
    this.#options = options;
    this.waitForReady = options?.waitForReady ?? false;
    this.receiveMaxBytes = options?.receiveMaxBytes ?? engine.receiveMaxBytes;
    this.sendMaxBytes = options?.sendMaxBytes ?? engine.sendMaxBytes;
    this.coding = sendCoding(engine.compression, options?.compression, engine.platform.compressors);
    if (options?.metadata !== undefined) this.#metadata = new Metadata(options.metadata);
  }

  /** The exchange is open: send. */
  protected abstract opened(exchange: Exchange): void;
  protected abstract bodyReceived(chunk: Uint8Array, start: number, end: number): void;
  /** The server says that all went well: the status to end with, which is another when messages are missing or cut short. */
  protected abstract accept(status: Status): Status | Promise<Status>;
  /** The call is over. `fromServer`: what was received before is still to be delivered. */
  protected abstract ended(status: Status, fromServer: boolean): void;
  abstract outputDrained(): void;
  abstract readonly receivedCompressed: boolean;
  /** Whether replies wait for the application to take them. */
  protected abstract readonly repliesUntaken: boolean;

  /** Applies deadline, cancellation and credentials, then asks for a connection. Called once. */
  start(): void {
    this.entered();
    this.limit(this.#options);
    const credentials = this.#options?.credentials ?? this.engine.credentials;
    if (credentials !== undefined) this.#authenticate(credentials);
    else if (this.state === "starting") this.engine.assign(this);
  }

  /** The channel counts the call. */
  protected entered(): void {
    this.engine.callStarted(this);
  }

  protected left(code: Code): void {
    this.engine.callEnded(this, code);
  }

  startOn(connection: ClientConnection): boolean {
    if (this.state === "ended") return true;
    const { deadlineAt } = this;
    const timeoutMs =
      deadlineAt === Number.POSITIVE_INFINITY ? undefined : deadlineAt - this.engine.platform.clock.now();
    const encoding = this.coding === undefined ? "identity" : this.coding.compressor.name;
    const fields = this.engine.heads.fields(this.method.path, encoding, timeoutMs, this.#metadata, this.#credentials);
    if (!connection.accepts(fields)) {
      this.stop(fieldsTooLargeToSend("headers", sectionBytes(fields), connection.maxHeaderListBytes));
      return true;
    }
    const exchange = connection.open(fields, false, this);
    if (exchange === undefined) return false;
    this.state = "assigned";
    this.exchange = exchange;
    this.peer = connection.peer;
    this.opened(exchange);
    return true;
  }

  unavailable(error: () => StatusError): void {
    const { status, cause } = error();
    this.#cause = cause;
    this.stop(status);
  }

  headersReceived(fields: FieldSection, endStream: boolean): void {
    if (endStream) this.#remoteEnded = true;
    if (this.state === "ended") return;
    if (this.#headState === "received") {
      if (!endStream) this.stop(responseMalformed);
      else this.#trailersReceived(fields);
      return;
    }
    this.#headState = "received";
    const head = this.engine.protocol.readResponse(fields, endStream, this.engine.codec?.name ?? "proto");
    if (head.kind === "headers") {
      this.#headSection = fields;
      this.responseCoding = responseCoding(head.encoding, this.engine.compression);
      this.#headersDeferred?.resolve(this.engine.protocol.metadataOf(fields));
      if (endStream) this.stop(trailersMissing);
    } else {
      this.#trailersSection = fields;
      if (head.kind === "failed") this.stop(head.status);
      else this.#endByServer(head.status);
    }
  }

  dataReceived(chunk: Uint8Array, start: number, end: number, endStream: boolean): void {
    if (endStream) this.#remoteEnded = true;
    if (this.state === "ended") {
      this.exchange?.consumed(end - start);
      return;
    }
    if (this.#headState === "awaited") {
      this.stop(responseMalformed);
      return;
    }
    if (end > start) this.bodyReceived(chunk, start, end);
    if (endStream) this.stop(trailersMissing);
  }

  streamReset(error: ExchangeError): void {
    this.#remoteEnded = true;
    if (this.state === "ended") return;
    // A server that noticed the deadline first says CANCEL; the truth is known here (gRPC: deadlines).
    if (this.engine.platform.clock.now() >= this.deadlineAt) {
      this.deadlinePassed();
      return;
    }
    this.#cause = error instanceof Error ? error : undefined;
    if (error.initiator === "connection") this.#finish(connectionLost(error.message), true);
    else if (error.unprocessed) this.#finish(notProcessed(error.message), true);
    else if (error.initiator === "remote") this.#finish(this.engine.protocol.resetStatus(error.errorCode), true);
    else if (error.errorCode === ErrorCode.ENHANCE_YOUR_CALM) this.#finish(limitExceeded(error.message), true);
    else this.#finish(exchangeFailed(error.message), true);
  }

  cancel(reason?: string): void {
    this.cancelWith(cancelledLocally(reason));
  }

  /** Ends the call, or what is left of it where the server has ended it and the application has yet to see that. */
  cancelWith(status: Status): void {
    if (this.state !== "ended") this.stop(status);
    else if (this.repliesUntaken) this.overrule(status);
  }

  /** Ends the call, in place of the server's status too; an end that was made here stands. */
  protected overrule(status: Status): void {
    if (this.state !== "ended") {
      this.stop(status);
    } else if (this.#endedBy === "server") {
      this.#endedBy = "client";
      this.#status = status;
      this.ended(status, false);
      this.abortSignal();
    }
  }

  /** What was received is refused with this status; of what is wrong with messages, only their size is RESOURCE_EXHAUSTED. */
  protected countTooLarge(status: Status): void {
    if (status.code === Code.RESOURCE_EXHAUSTED) this.engine.messageTooLarge();
  }

  /** Ends the call here: what has been received is dropped and the server is told. */
  override stop(status: Status, cause?: unknown): void {
    if (this.state === "ended") return;
    if (cause !== undefined) this.#cause = cause;
    this.#finish(status, false);
  }

  headers(): Promise<Metadata> {
    if (this.#headSection !== undefined) return Promise.resolve(this.engine.protocol.metadataOf(this.#headSection));
    if (this.state === "ended") return Promise.resolve(new Metadata());
    this.#headersDeferred ??= deferred();
    return this.#headersDeferred.promise;
  }

  get hasHeaders(): boolean {
    return this.#headSection !== undefined;
  }

  trailers(): Promise<Metadata> {
    return this.#whenEnded().then(() => this.trailersNow());
  }

  status(): Promise<Status> {
    return this.#whenEnded().then(() => this.#status as Status);
  }

  get contextValues(): ContextValues {
    this.#contextValues ??= this.#options?.contextValues ?? new ContextValues();
    return this.#contextValues;
  }

  /** What will be sent as metadata, open to changes until the call has a connection. */
  get metadata(): Metadata {
    this.#metadata ??= new Metadata();
    return this.#metadata;
  }

  override get failed(): boolean {
    return this.#status !== undefined && this.#status.code !== Code.OK;
  }

  /** The trailers that have come; none before the end. */
  trailersNow(): Metadata {
    return this.#trailersSection === undefined
      ? new Metadata()
      : this.engine.protocol.metadataOf(this.#trailersSection);
  }

  /** The error that this call fails with; a new one each time, so that its stack is that of whoever asks. */
  override failure(): StatusError {
    const status = this.#status === undefined || this.#status.code === Code.OK ? callIsOver : this.#status;
    return new StatusError(status.code, status.message, {
      details: status.details,
      metadata: this.trailersNow(),
      peer: this.peer,
      ...(this.#cause === undefined ? undefined : { cause: this.#cause }),
    });
  }

  #trailersReceived(fields: FieldSection): void {
    this.#trailersSection = fields;
    this.#endByServer(this.engine.protocol.readTrailers(fields));
  }

  // OK is the server's word; whether the messages agree may take an inflation to know.
  #endByServer(status: Status): void {
    const accepted = status.code === Code.OK ? this.accept(status) : status;
    if (accepted instanceof Promise) void accepted.then((settled) => this.#finish(settled, true));
    else this.#finish(accepted, true);
  }

  #finish(status: Status, fromServer: boolean): void {
    if (this.state === "ended") return;
    const { exchange } = this;
    const wasStarting = this.state === "starting";
    this.state = "ended";
    this.#endedBy = fromServer ? "server" : "client";
    this.#status = status;
    this.unlimit();
    if (wasStarting) this.engine.withdraw(this);
    if (!this.#remoteEnded) exchange?.reset(ErrorCode.CANCEL);
    this.#headersDeferred?.resolve(new Metadata());
    this.#endDeferred?.resolve();
    this.ended(status, fromServer);
    if (status.code !== Code.OK) this.abortSignal();
    this.left(status.code);
  }

  #whenEnded(): Promise<void> {
    if (this.state === "ended") return Promise.resolve();
    this.#endDeferred ??= deferred();
    return this.#endDeferred.promise;
  }

  #authenticate(credentials: CallCredentials): void {
    if (this.state === "ended") return;
    if (!this.engine.secure) {
      this.stop(credentialsNeedTls);
      return;
    }
    credentialMetadata(credentials, this.engine, this.method, this.signal)
      .then((metadata) => {
        if (this.state !== "starting") return;
        this.#credentials = metadata;
        this.engine.assign(this);
      })
      .catch((error: unknown) => this.stop(credentialsStatus(error), error));
  }
}
