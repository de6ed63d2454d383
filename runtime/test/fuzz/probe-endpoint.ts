// SPDX-License-Identifier: Apache-2.0
import { Connection } from "../../src/http2/connection.js";
import { formatErrorCode } from "../../src/http2/error-code.js";
import type { ConnectionError } from "../../src/http2/errors.js";
import { decodeFrameLength, decodeUint31, decodeUint32, formatFrameType } from "../../src/http2/frame/header.js";
import type { ConnectionHost, ConnectionListener, StreamListener } from "../../src/http2/host.js";
import type { Field } from "../../src/http2/hpack/field.js";
import type { FieldSection } from "../../src/http2/hpack/field-section.js";
import type { Http2Limits, Role } from "../../src/http2/limits.js";
import type { Stream } from "../../src/http2/stream.js";
import { Violation } from "./fuzz-part.js";
import { type Behaviour, ProbeStream } from "./probe-stream.js";

const preface = 24;
const maxTurns = 100_000;
/** What a handler's largest answer adds to the output in one go. */
const largestSendBytes = 128 * 1024;
/** A reply to the peer: PING ACK, the largest, and a small field block. */
const replyBytes = 64;

/**
 * One connection under a host that does its duty (it stops feeding when told to, drives timers) and an owner that
 * notes everything a connection may not do, whatever its peer sends.
 */
export class ProbeEndpoint implements ConnectionHost, ConnectionListener {
  readonly connection: Connection;
  readonly role: Role;
  readonly limits: Http2Limits;
  readonly violations: string[] = [];
  readonly streams: ProbeStream[] = [];
  /** How the next request is answered. */
  nextBehaviour: () => Behaviour = () => "unary";
  nowMs = 1_000;
  input: "reading" | "paused" = "reading";
  ended: { readonly error: ConnectionError | undefined } | undefined;
  /** RST_STREAM and GOAWAY codes it has sent, in order: "RST_STREAM 1 PROTOCOL_ERROR". */
  readonly errors: string[] = [];
  sentBytes = 0;
  #outputFrames = 0;

  constructor(role: Role, limits: Http2Limits) {
    this.role = role;
    this.limits = limits;
    this.connection = new Connection(role, this, this, limits);
    this.connection.start();
  }

  now(): number {
    return this.nowMs;
  }
  outputReady(): void {}
  timeoutChanged(): void {}
  inputPaused(): void {
    this.input = "paused";
  }
  inputResumed(): void {
    this.input = "reading";
  }
  connectionEnded(error: ConnectionError | undefined): void {
    if (this.ended !== undefined) this.violations.push("connectionEnded twice");
    this.ended = { error };
  }
  settingsReceived(): void {}
  goawayReceived(): void {}

  streamOpened(stream: Stream, _request: FieldSection, endStream: boolean): StreamListener {
    const probe = new ProbeStream("server", this.nextBehaviour(), this.violations);
    probe.stream = stream;
    this.streams.push(probe);
    if (this.ended !== undefined) this.violations.push("a request after the connection's end");
    probe.opened(endStream);
    return probe;
  }

  /** Client: opens a stream. */
  open(head: readonly Field[], endStream: boolean, behaviour: Behaviour): ProbeStream | undefined {
    const probe = new ProbeStream("client", behaviour, this.violations);
    const stream = this.connection.openStream(head, endStream, probe);
    if (stream === undefined) return undefined;
    probe.stream = stream;
    this.streams.push(probe);
    return probe;
  }

  /** Feeds bytes as a host does; what comes while input is paused is never read. */
  give(bytes: Uint8Array): void {
    let done = this.connection.receive(bytes);
    for (let turn = 0; !done; turn++) {
      if (turn > maxTurns) throw new Error("continueReceive makes no progress");
      done = this.connection.continueReceive();
    }
    this.checkMemory();
  }

  /** Takes all output, checks that it is frames a peer may be sent, and reports it as written. */
  take(): void {
    for (let bytes = this.connection.takeOutput(); bytes !== undefined; bytes = this.connection.takeOutput()) {
      this.#checkOutput(bytes);
      this.sentBytes += bytes.length;
      this.connection.outputWritten(bytes.length);
    }
  }

  advance(ms: number): void {
    this.nowMs += ms;
    if (this.connection.nextTimeout() <= this.nowMs) this.connection.handleTimeout(this.nowMs);
  }

  /** What is held must stay below a bound that follows from the limits alone. */
  checkMemory(): void {
    const { connection, limits, violations } = this;
    const { output, credit, ends, table } = connection;
    const slots = this.role === "server" ? limits.maxConcurrentStreams : this.streams.length;
    // A server stops reading at four times the limit; one chunk's replies and one large answer may be on top.
    const held = output.untakenBytes;
    const maxReplies = replyBytes * limits.maxQueuedControlRepliesBeforeClose;
    const asked = this.role === "client" ? largestSendBytes * this.streams.length : 0;
    const maxHeld = 4 * limits.maxOutputBytes + largestSendBytes + maxReplies + asked;
    if (held > maxHeld) violations.push(`${held} bytes of output, may be ${maxHeld}`);
    // Reading stops at twice the limit; one chunk and its bookkeeping may be on top.
    const maxUnread = 2 * limits.maxUnreadBytes + 65 * 65_536;
    const { unreadBytes } = credit.window;
    if (unreadBytes < 0 || unreadBytes > maxUnread) violations.push(`${unreadBytes} bytes unread, may be ${maxUnread}`);
    if (credit.window.available < 0) violations.push("a negative receive window");
    if (this.role === "server" && ends.slots > limits.maxConcurrentStreams) {
      violations.push(`${ends.slots} slots, may be ${limits.maxConcurrentStreams}`);
    }
    if (ends.slots < 0) violations.push(`${ends.slots} slots`);
    if (table.size > slots) violations.push(`${table.size} streams, may be ${slots}`);
    const { bytes, capacityBytes } = tableOf(connection);
    if (bytes > capacityBytes || capacityBytes > Math.max(4096, limits.headerTableBytes)) {
      violations.push(`dynamic table of ${bytes} in ${capacityBytes} bytes`);
    }
  }

  /** The peer is gone: everything must be over and told once. Throws what was noted on the way. */
  finish(): void {
    this.take();
    this.connection.inputEnded();
    this.take();
    const { connection, violations } = this;
    if (this.ended === undefined) violations.push("connectionEnded was not called");
    if (this.ended?.error?.errorCode === 2) violations.push(`internal error: ${this.ended.error.message}`);
    if (connection.streams !== 0) violations.push(`${connection.streams} streams left`);
    if (connection.nextTimeout() !== Number.POSITIVE_INFINITY) violations.push("a deadline is left");
    for (const probe of this.streams) {
      probe.readAll();
      if (probe.end === "none" && !probe.answered) violations.push(`stream ${probe.stream?.id} was never ended`);
      if (probe.stream?.state !== "closed") violations.push(`stream ${probe.stream?.id} is ${probe.stream?.state}`);
      if (this.role === "server") probe.stream?.release();
    }
    if (connection.scheduler.queuedStreams !== 0) violations.push("queued streams are left");
    if (violations.length > 0) {
      const sent = this.errors.length === 0 ? "" : ` (sent ${this.errors.join(", ")})`;
      throw new Violation([...new Set(violations)].join("; ") + sent);
    }
  }

  #checkOutput(bytes: Uint8Array): void {
    let position = 0;
    if (this.role === "client" && this.sentBytes === 0) position = preface;
    while (position < bytes.length) {
      const end = position + 9 + decodeFrameLength(bytes, position);
      const type = bytes[position + 3];
      const streamId = decodeUint31(bytes, position + 5);
      if (bytes.length - position < 9 || end > bytes.length || type > 9) {
        this.violations.push(`output is no frame at ${position}`);
        return;
      }
      if (this.#outputFrames === 0 && type !== 4) this.violations.push(`first frame is ${formatFrameType(type)}`);
      this.#outputFrames += 1;
      if (streamId !== 0 && this.connection.isIdle(streamId)) {
        // RFC 9113 §6.4: "RST_STREAM frames MUST NOT be sent for a stream in the "idle" state."
        this.violations.push(`${formatFrameType(type)} sent on idle stream ${streamId}`);
      }
      if (type === 3) this.#checkCode(`RST_STREAM ${streamId}`, decodeUint32(bytes, position + 9));
      if (type === 7) this.#checkCode("GOAWAY", decodeUint32(bytes, position + 13));
      position = end;
    }
  }

  #checkCode(frame: string, code: number): void {
    if (code > 0xd || code === 2) this.violations.push(`${frame} with ${formatErrorCode(code)}`);
    if (this.errors.length < 20) this.errors.push(`${frame} ${formatErrorCode(code)}`);
  }
}

/** The decoder's dynamic table, which is its own affair otherwise. */
function tableOf(connection: Connection): { readonly bytes: number; readonly capacityBytes: number } {
  return (connection.decoder as unknown as { readonly table: { bytes: number; capacityBytes: number } }).table;
}
