// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "./connection.js";
import { ErrorCode } from "./error-code.js";
import { ConnectionError } from "./errors.js";
import { FieldBlock } from "./field-block.js";
import {
  decodeFrameLength,
  decodeUint31,
  FrameFlag,
  FrameType,
  formatFrameType,
  frameHeaderBytes,
} from "./frame/header.js";
import { refusePushPromise } from "./frame/push-promise.js";
import { connectionPreface } from "./preface.js";
import { receiveContinuation } from "./receive/continuation.js";
import { acceptData, deliverData, receiveData } from "./receive/data.js";
import { receiveGoaway } from "./receive/goaway.js";
import { receiveHeaders } from "./receive/headers.js";
import { receivePing } from "./receive/ping.js";
import { countIgnored, receivePriority } from "./receive/priority.js";
import { receiveRstStream } from "./receive/rst-stream.js";
import { receiveSettings } from "./receive/settings.js";
import { receiveWindowUpdate } from "./receive/window-update.js";
import type { Stream } from "./stream.js";

const none: Uint8Array = new Uint8Array(0);
/** Of a turn's budget, a field block counts as one stream for each so many octets: what it costs grows with its length. */
const blockBytesPerStream = 256;
/** DATA from this size on is not put together when it is split between chunks: its parts are handed on as they come. */
const partedDataBytes = 4096;

/**
 * Cuts what arrives into frames and hands each to its receiver. Frames are read where they lie. One that is split
 * between two chunks is put together in a buffer of its own, unless it is DATA and large.
 */
export class Input {
  /** The field block that is open (RFC 9113 §4.3). */
  readonly block = new FieldBlock();
  /** Empty DATA frames not made up for. */
  emptyDataFrames = 0;
  /** Frames that tell us nothing: PRIORITY, and types we do not know. */
  ignoredFrames = 0;
  windowUpdatesReceived = 0;
  /** "preface": the client's magic octets; "settings": the frame that must follow. */
  expects: "preface" | "settings" | "frames";
  readonly #connection: Connection;
  #prefaceBytes = 0;
  #newStreams = 0;
  /** A frame that has begun in an earlier chunk; its header alone until its length is known. */
  #partial = none;
  #partialBytes = 0;
  /** What is missing of a DATA frame whose parts are handed on, its stream if somebody listens, and its flag. */
  #dataMissing = 0;
  #dataStream: Stream | undefined = undefined;
  #dataEndsStream = false;
  #held = none;
  #heldStart = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.expects = connection.role === "server" ? "preface" : "settings";
  }

  receive(chunk: Uint8Array): boolean {
    this.#newStreams = 0;
    if (this.#held.length === 0) return this.#consume(chunk, 0);
    // A host that does not wait loses nothing.
    const joined = new Uint8Array(this.#held.length - this.#heldStart + chunk.length);
    joined.set(this.#held.subarray(this.#heldStart));
    joined.set(chunk, this.#held.length - this.#heldStart);
    this.#held = none;
    return this.#consume(joined, 0);
  }

  continueReceive(): boolean {
    this.#newStreams = 0;
    const held = this.#held;
    // Nothing is held back: where the last chunk was left is no position in a frame that has begun since.
    if (held.length === 0) return true;
    this.#held = none;
    return this.#consume(held, this.#heldStart);
  }

  /** A stream was opened: one less to go in this turn. */
  streamOpened(): void {
    this.#newStreams += 1;
  }

  /** A field block was decoded, whatever became of it. */
  blockDecoded(bytes: number): void {
    if (bytes >= blockBytesPerStream) this.#newStreams += Math.floor(bytes / blockBytesPerStream);
  }

  /** The connection is over. */
  drop(): void {
    this.#held = none;
    this.#partial = none;
    this.#partialBytes = 0;
    this.#dataMissing = 0;
    this.#dataStream = undefined;
    this.block.close();
  }

  #consume(chunk: Uint8Array, start: number): boolean {
    const connection = this.#connection;
    const { maxNewStreamsPerTurn } = connection.limits;
    let position = start;
    if (this.expects === "preface") position = this.#matchPreface(chunk, position);
    if (this.#dataMissing > 0) position = this.#continueData(chunk, position);
    else if (this.#partialBytes > 0) position = this.#completePartial(chunk, position);
    while (chunk.length - position >= frameHeaderBytes && connection.state !== "closed") {
      if (this.#newStreams >= maxNewStreamsPerTurn) return this.#hold(chunk, position);
      const next = position + frameHeaderBytes + this.#frameLength(chunk, position);
      if (next > chunk.length) break;
      this.#dispatch(chunk, position, next);
      position = next;
    }
    if (position < chunk.length && connection.state !== "closed") this.#beginPartial(chunk, position);
    return true;
  }

  #hold(chunk: Uint8Array, position: number): boolean {
    this.#connection.counters.maxNewStreamsPerTurn += 1;
    this.#held = chunk;
    this.#heldStart = position;
    return false;
  }

  #matchPreface(chunk: Uint8Array, start: number): number {
    let position = start;
    while (position < chunk.length && this.#prefaceBytes < connectionPreface.length) {
      if (chunk[position] !== connectionPreface[this.#prefaceBytes]) {
        throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "the peer does not speak HTTP/2: bad connection preface");
      }
      position += 1;
      this.#prefaceBytes += 1;
    }
    if (this.#prefaceBytes === connectionPreface.length) this.expects = "settings";
    return position;
  }

  #frameLength(buffer: Uint8Array, position: number): number {
    const length = decodeFrameLength(buffer, position);
    const { maxFrameBytes } = this.#connection.limits;
    // RFC 9113 §4.2 lets oversize DATA be a stream error; a peer that ignores SETTINGS gets no such favour.
    if (length > maxFrameBytes) {
      this.#connection.counters.maxFrameBytes += 1;
      const what = formatFrameType(buffer[position + 3]);
      const text = `${what} of ${length} octets, maxFrameBytes is ${maxFrameBytes}`;
      throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, text);
    }
    return length;
  }

  #beginPartial(chunk: Uint8Array, position: number): void {
    const available = chunk.length - position;
    const headerKnown = available >= frameHeaderBytes;
    if (headerKnown && this.#beginData(chunk, position)) {
      this.#continueData(chunk, position + frameHeaderBytes);
      return;
    }
    this.#partial = new Uint8Array(frameHeaderBytes + (headerKnown ? this.#frameLength(chunk, position) : 0));
    this.#partial.set(chunk.subarray(position));
    this.#partialBytes = available;
    if (!headerKnown || chunk[position + 3] !== FrameType.DATA) this.expectMoreSoon();
  }

  /** Adds to the frame that has begun; dispatches it when whole. Returns the position behind what was used. */
  #completePartial(chunk: Uint8Array, start: number): number {
    let position = start;
    if (this.#partialBytes < frameHeaderBytes) {
      position = this.#fillPartial(chunk, position, frameHeaderBytes);
      if (this.#partialBytes < frameHeaderBytes) return position;
      if (this.#beginData(this.#partial, 0)) {
        this.#partial = none;
        this.#partialBytes = 0;
        return this.#continueData(chunk, position);
      }
      const whole = new Uint8Array(frameHeaderBytes + this.#frameLength(this.#partial, 0));
      whole.set(this.#partial);
      this.#partial = whole;
      // Only now known to be DATA, which may take its time on a slow link.
      if (whole[3] === FrameType.DATA && this.block.streamId === 0) {
        this.#connection.deadlines.fieldBlock = Number.POSITIVE_INFINITY;
      }
    }
    position = this.#fillPartial(chunk, position, this.#partial.length);
    if (this.#partialBytes < this.#partial.length) return position;
    const frame = this.#partial;
    this.#partial = none;
    this.#partialBytes = 0;
    if (this.block.streamId === 0) this.#connection.deadlines.fieldBlock = Number.POSITIVE_INFINITY;
    this.#dispatch(frame, 0, frame.length);
    return position;
  }

  /** Begins a DATA frame that is handed on in parts, given its header. False: this frame is not. */
  #beginData(buffer: Uint8Array, position: number): boolean {
    const flags = buffer[position + 4];
    if (buffer[position + 3] !== FrameType.DATA || (flags & FrameFlag.PADDED) !== 0) return false;
    if (this.block.streamId !== 0 || this.expects !== "frames") return false;
    const length = this.#frameLength(buffer, position);
    if (length < partedDataBytes) return false;
    const endStream = (flags & FrameFlag.END_STREAM) !== 0;
    const connection = this.#connection;
    // A header that came in two parts was expected soon; what follows may take its time on a slow link.
    connection.deadlines.fieldBlock = Number.POSITIVE_INFINITY;
    this.#dataStream = acceptData(connection, this, length, length, endStream, decodeUint31(buffer, position + 5));
    this.#dataEndsStream = endStream;
    // Not before: the frame may have ended the connection.
    this.#dataMissing = connection.state === "closed" ? 0 : length;
    return true;
  }

  #continueData(chunk: Uint8Array, start: number): number {
    const end = Math.min(chunk.length, start + this.#dataMissing);
    if (end === start) return end;
    const stream = this.#dataStream;
    this.#dataMissing -= end - start;
    if (this.#dataMissing === 0) this.#dataStream = undefined;
    deliverData(this.#connection, stream, chunk, start, end, this.#dataMissing === 0 && this.#dataEndsStream);
    return end;
  }

  #fillPartial(chunk: Uint8Array, start: number, upTo: number): number {
    const end = Math.min(chunk.length, start + upTo - this.#partialBytes);
    this.#partial.set(chunk.subarray(start, end), this.#partialBytes);
    this.#partialBytes += end - start;
    return end;
  }

  /** Something has begun that an honest peer ends soon. The deadline of what began first stands. */
  expectMoreSoon(): void {
    const { deadlines, limits, time } = this.#connection;
    if (deadlines.fieldBlock !== Number.POSITIVE_INFINITY) return;
    deadlines.fieldBlock = time + limits.headerBlockTimeoutMs;
    this.#connection.deadlineSet(deadlines.fieldBlock);
  }

  #dispatch(buffer: Uint8Array, position: number, end: number): void {
    const connection = this.#connection;
    const type = buffer[position + 3];
    const flags = buffer[position + 4];
    const streamId = decodeUint31(buffer, position + 5);
    const start = position + frameHeaderBytes;
    if (this.block.streamId !== 0 && type !== FrameType.CONTINUATION) {
      const text = `${formatFrameType(type)} inside the field block of stream ${this.block.streamId}`;
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, text);
    }
    if (this.expects === "settings") this.#checkFirst(type, flags);
    switch (type) {
      case FrameType.DATA:
        receiveData(connection, this, buffer, start, end, flags, streamId);
        return;
      case FrameType.HEADERS:
        receiveHeaders(connection, this, buffer, start, end, flags, streamId);
        return;
      case FrameType.PRIORITY:
        receivePriority(connection, this, buffer, start, end, streamId);
        return;
      case FrameType.RST_STREAM:
        receiveRstStream(connection, buffer, start, end, streamId);
        return;
      case FrameType.SETTINGS:
        receiveSettings(connection, buffer, start, end, flags, streamId);
        return;
      case FrameType.PUSH_PROMISE:
        throw refusePushPromise(connection.role);
      case FrameType.PING:
        receivePing(connection, buffer, start, end, flags, streamId);
        return;
      case FrameType.GOAWAY:
        receiveGoaway(connection, buffer, start, end, streamId);
        return;
      case FrameType.WINDOW_UPDATE:
        receiveWindowUpdate(connection, this, buffer, start, end, streamId);
        return;
      case FrameType.CONTINUATION:
        receiveContinuation(connection, this, buffer, start, end, flags, streamId);
        return;
      // RFC 9113 §5.5: frames of unknown types are ignored, and §10.5: without end they are abuse.
      default:
        countIgnored(connection, this);
    }
  }

  /** RFC 9113 §3.4: the first frame of either side is SETTINGS, which may be empty. */
  #checkFirst(type: number, flags: number): void {
    if (type !== FrameType.SETTINGS || (flags & 1) !== 0) {
      const what = type === FrameType.SETTINGS ? "SETTINGS ACK" : formatFrameType(type);
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `first frame is ${what}, must be SETTINGS`);
    }
    this.expects = "frames";
    this.#connection.deadlines.preface = Number.POSITIVE_INFINITY;
  }
}
