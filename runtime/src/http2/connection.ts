// SPDX-License-Identifier: Apache-2.0
import { ClosedStreams } from "./closed-streams.js";
import { Deadlines } from "./deadlines.js";
import { Drain } from "./drain.js";
import { ErrorCode, formatErrorCode } from "./error-code.js";
import { ConnectionError, StreamError } from "./errors.js";
import { maxWindowBytes } from "./flow-control.js";
import { FlowCredit } from "./flow-credit.js";
import type { Setting } from "./frame/settings.js";
import { FrameWriter } from "./frame-writer.js";
import type { ConnectionHost, ConnectionListener, StreamListener } from "./host.js";
import { HpackDecoder } from "./hpack/decoder.js";
import type { Field } from "./hpack/field.js";
import { Input } from "./input.js";
import { InputGate } from "./input-gate.js";
import { createHttp2Counters, type Http2Counters, type Http2LimitName, type Http2Limits, type Role } from "./limits.js";
import { Output } from "./output.js";
import { PendingPings } from "./ping.js";
import { Scheduler } from "./scheduler.js";
import { initialSettings, PeerSettings } from "./settings.js";
import { Stream } from "./stream.js";
import { StreamEnds } from "./stream-ends.js";
import { StreamTable } from "./stream-table.js";
import { handleDeadlines } from "./timeouts.js";

/** "draining": GOAWAY was sent or received, and streams run to their end. */
export type ConnectionState = "open" | "draining" | "closed";

/**
 * One end of an HTTP/2 connection (RFC 9113). It does no I/O and owns no clock: bytes are given to `receive` and taken
 * from `takeOutput`; the host says what time it is. Whatever the peer sends, `receive` does not throw: the connection or
 * the stream ends with the error code the RFC names. Fields marked internal belong to this folder.
 */
export class Connection {
  readonly role: Role;
  readonly limits: Http2Limits;
  /** How often each limit was hit, on all connections that were given these counters. */
  readonly counters: Http2Counters;
  /** What the peer allows us. */
  readonly peerSettings = new PeerSettings();
  state: ConnectionState = "open";

  /** @internal */
  readonly host: ConnectionHost;
  /** @internal */
  readonly listener: ConnectionListener;
  /** @internal */
  readonly output = new Output();
  /** @internal */
  readonly writer: FrameWriter;
  /** @internal */
  readonly table = new StreamTable();
  /** @internal */
  readonly scheduler: Scheduler;
  /** @internal */
  readonly credit: FlowCredit;
  /** @internal */
  readonly closedStreams = new ClosedStreams();
  /** @internal */
  readonly gate: InputGate;
  /** @internal */
  readonly pings = new PendingPings();
  /** @internal */
  readonly deadlines = new Deadlines();
  /** @internal */
  readonly drain: Drain;
  /** @internal */
  readonly ends: StreamEnds;
  /** Time of the current `receive`, so that nothing on its way asks for it again. @internal */
  time: number;
  /** Highest identifier the peer has used. @internal */
  lastPeerStreamId = 0;
  /** Highest identifier of a request given to the listener: what GOAWAY says. @internal */
  lastProcessedStreamId = 0;
  /** @internal */
  streamsOpened = 0;
  /** SETTINGS of ours the peer has yet to acknowledge. @internal */
  unacknowledgedSettings = 0;
  /** @internal */
  settingsAcknowledged = 0;

  readonly #input: Input;
  #decoder: HpackDecoder | undefined;
  #validFields: Field[] | undefined;
  #nextStreamId = 1;
  #slotWanted = false;
  #outputSignalled = false;
  /** The timeout the host last heard of. */
  #announcedTimeout = Number.POSITIVE_INFINITY;

  constructor(
    role: Role,
    host: ConnectionHost,
    listener: ConnectionListener,
    limits: Http2Limits,
    counters: Http2Counters = createHttp2Counters(),
  ) {
    this.counters = counters;
    this.role = role;
    this.host = host;
    this.listener = listener;
    this.limits = limits;
    this.time = host.now();
    this.scheduler = new Scheduler(this);
    this.writer = new FrameWriter(this);
    this.gate = new InputGate(this);
    this.credit = new FlowCredit(this);
    this.drain = new Drain(this);
    this.ends = new StreamEnds(this);
    this.#input = new Input(this);
  }

  /** Streams that are not over on the wire. */
  get streams(): number {
    return this.table.size;
  }

  /** Made for the first field block, as an idle connection has none. @internal */
  get decoder(): HpackDecoder {
    this.#decoder ??= new HpackDecoder(4096, {
      maxListBytes: this.limits.maxHeaderListBytes,
      maxFields: this.limits.maxHeaderFields,
    });
    return this.#decoder;
  }

  /** Received fields found valid, by their place in a section. @internal */
  get validFields(): Field[] {
    this.#validFields ??= [];
    return this.#validFields;
  }

  /** Receive window of a new stream. */
  get streamWindowBytes(): number {
    return this.credit.streamWindowBytes;
  }

  /** Sends the preface, SETTINGS and the connection's first credit. Call it once, before anything else. */
  start(): void {
    if (this.role === "client") this.writer.preface();
    this.time = this.host.now();
    this.sendSettings(initialSettings(this.role, this.limits));
    this.credit.open();
    this.deadlines.preface = this.time + this.limits.prefaceTimeoutMs;
    this.deadlineSet(this.deadlines.preface);
  }

  /**
   * Takes bytes from the peer; the chunk must never change afterwards. False: the turn's budget of new streams is used
   * up. Call `continueReceive` in a later turn, and give nothing more until it returns true.
   */
  receive(chunk: Uint8Array): boolean {
    if (this.state === "closed") return true;
    this.time = this.host.now();
    try {
      const done = this.#input.receive(chunk);
      this.gate.received();
      return done;
    } catch (error) {
      this.fail(error);
      return true;
    }
  }

  /** Goes on with input held back by an earlier turn's budget. Result as of `receive`. */
  continueReceive(): boolean {
    if (this.state === "closed") return true;
    this.time = this.host.now();
    try {
      const done = this.#input.continueReceive();
      this.gate.received();
      return done;
    } catch (error) {
      this.fail(error);
      return true;
    }
  }

  /** The peer has ended its side or the socket has failed: all streams and the connection are over. */
  inputEnded(reason?: Error): void {
    if (this.state === "closed") return;
    const orderly = reason === undefined && this.table.size === 0;
    const message = reason === undefined ? "connection closed by the peer" : reason.message;
    this.end(orderly ? undefined : new ConnectionError(ErrorCode.NO_ERROR, message, "connection", reason));
  }

  /**
   * The bytes to write now, or undefined. They stay untouched until `outputWritten` has covered them. Call it again until
   * it gives undefined or the socket is full; in the latter case go on when the socket has drained.
   */
  takeOutput(): Uint8Array | undefined {
    // No signal while we are at it: what callbacks write now is taken below.
    this.#outputSignalled = true;
    if (this.scheduler.canSend && this.state !== "closed") this.scheduler.pump(this.host.now());
    const idle = this.output.unwrittenBytes === 0;
    const bytes = this.output.take();
    if (bytes !== undefined) {
      this.gate.taken(this.output.takenBytes);
      if (idle && this.state !== "closed") {
        this.deadlines.write = this.host.now() + this.limits.streamStallTimeoutMs;
        this.deadlineSet(this.deadlines.write);
      }
    }
    this.#outputSignalled = false;
    if (this.scheduler.canSend) this.noteOutput();
    return bytes;
  }

  /** So many of the bytes taken have left, in order. Must be called: memory is reused and stalls are told by it. */
  outputWritten(bytes: number): void {
    this.output.written(bytes);
    if (this.state === "closed") return;
    this.deadlines.write =
      this.output.unwrittenBytes === 0 ? Number.POSITIVE_INFINITY : this.host.now() + this.limits.streamStallTimeoutMs;
    this.gate.written(this.output.writtenBytes);
  }

  /** When `handleTimeout` must be called, in the host's milliseconds; Infinity: never. */
  nextTimeout(): number {
    this.#announcedTimeout = this.deadlines.next();
    return this.#announcedTimeout;
  }

  /** Does what is due. Early calls do no harm; ask `nextTimeout` again afterwards. */
  handleTimeout(now: number): void {
    this.time = now;
    try {
      handleDeadlines(this, now);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Whether `openStream` would give a stream now. */
  canOpenStream(): boolean {
    return (
      this.role === "client" &&
      this.state === "open" &&
      this.table.size < this.peerSettings.maxConcurrentStreams &&
      this.#nextStreamId <= maxWindowBytes
    );
  }

  /**
   * Client: sends a request. Undefined: the peer's SETTINGS_MAX_CONCURRENT_STREAMS is reached (`streamSlotAvailable`
   * follows), identifiers are used up, or the connection is draining or closed.
   */
  openStream(fields: readonly Field[], endStream: boolean, listener: StreamListener): Stream | undefined {
    if (!this.canOpenStream()) {
      this.#slotWanted = this.state === "open";
      return undefined;
    }
    const stream = new Stream(this.#nextStreamId, this, listener, this.time);
    this.#nextStreamId += 2;
    this.streamsOpened += 1;
    this.table.add(stream);
    this.writer.headers(stream.id, fields, endStream);
    if (endStream) {
      stream.sendState = "ended";
      stream.state = "halfClosedLocal";
    }
    return stream;
  }

  /** Measures a round trip. Undefined: the connection ended first. */
  ping(callback: (roundTripMs: number | undefined) => void): void {
    if (this.state === "closed") {
      callback(undefined);
      return;
    }
    this.writer.ping(this.pings.add(this.host.now(), callback));
  }

  /**
   * Ends the connection once its streams have ended. A server first warns and goes on accepting for a round trip, so that
   * no request is lost (RFC 9113 §6.8).
   */
  shutdown(): void {
    this.drain.start();
  }

  /** Ends the connection and all its streams now, with GOAWAY. */
  close(errorCode: number = ErrorCode.NO_ERROR, debugData = ""): void {
    if (this.state === "closed") return;
    this.writer.goaway(this.lastProcessedStreamId, errorCode, debugData);
    const text = debugData === "" ? `closed with ${formatErrorCode(errorCode)}` : debugData;
    this.end(errorCode === ErrorCode.NO_ERROR ? undefined : new ConnectionError(errorCode, text));
  }

  /** Ends the connection because of an error, whatever was thrown. @internal */
  fail(thrown: unknown): void {
    if (this.state === "closed") return;
    const error =
      thrown instanceof ConnectionError
        ? thrown
        : new ConnectionError(ErrorCode.INTERNAL_ERROR, `internal error: ${String(thrown)}`, "local", thrown);
    // What an internal error says is our own affair.
    const debugData = error.errorCode === ErrorCode.INTERNAL_ERROR ? "" : error.message;
    this.writer.goaway(this.lastProcessedStreamId, error.errorCode, debugData);
    this.end(error);
  }

  /** @internal */
  end(error: ConnectionError | undefined): void {
    this.state = "closed";
    this.deadlines.clear();
    this.#input.drop();
    let failure = error;
    for (const stream of this.table.all()) {
      const over = stream.state === "closed";
      stream.state = "closed";
      stream.sendState = "ended";
      this.scheduler.drop(stream);
      this.table.delete(stream);
      if (over) continue;
      const code = error?.errorCode ?? ErrorCode.CANCEL;
      const reason = error?.message ?? "connection closed";
      try {
        stream.listener.streamReset(new StreamError(stream.id, code, reason, "connection"));
      } catch (thrown) {
        // The other streams must hear of the end all the same.
        failure ??= new ConnectionError(ErrorCode.INTERNAL_ERROR, "a stream's listener threw", "local", thrown);
      }
    }
    this.pings.abandon();
    this.host.connectionEnded(failure);
  }

  /** The limit was hit: counts it and makes the error that says so. @internal */
  exceeded(name: Http2LimitName, what: string): ConnectionError {
    this.counters[name] += 1;
    return new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, `${what}, limit ${name} is ${this.limits[name]}`);
  }

  /** Something was encoded or could be. @internal */
  noteOutput(): void {
    if (this.#outputSignalled) return;
    this.#outputSignalled = true;
    this.host.outputReady();
  }

  /** A deadline was set: the host must know when it is the earliest. @internal */
  deadlineSet(at: number): void {
    if (at >= this.#announcedTimeout) return;
    this.#announcedTimeout = at;
    this.host.timeoutChanged();
  }

  /** @internal */
  sendSettings(settings: readonly Setting[]): void {
    this.writer.settings(settings);
    this.unacknowledgedSettings += 1;
    if (this.unacknowledgedSettings > 1) return;
    this.deadlines.settingsAck = this.time + this.limits.settingsAckTimeoutMs;
    this.deadlineSet(this.deadlines.settingsAck);
  }

  /** Whether nobody has opened the stream yet (RFC 9113 §5.1). @internal */
  isIdle(streamId: number): boolean {
    const ours = (streamId & 1) === (this.role === "client" ? 1 : 0);
    return ours ? this.role === "server" || streamId >= this.#nextStreamId : streamId > this.lastPeerStreamId;
  }

  /** Client: a slot may be free that `openStream` missed. @internal */
  offerSlot(): void {
    if (!this.#slotWanted || !this.canOpenStream()) return;
    this.#slotWanted = false;
    this.listener.streamSlotAvailable?.();
  }
}
