// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "./connection.js";
import { encodeDataHeader } from "./frame/data.js";
import { frameHeaderBytes } from "./frame/header.js";
import type { StreamListener } from "./host.js";
import type { Field } from "./hpack/field.js";
import type { Output } from "./output.js";
import { dataFrameBytes } from "./scheduler.js";
import { SendQueue } from "./send-queue.js";
import type { StreamState } from "./stream-state.js";

/** A larger message is set aside and framed from there: it would make the output's slab grow beyond use. */
const maxSplitBytes = 128 * 1024;
const nothing = new Uint8Array(0);

/**
 * One request and its response (RFC 9113 §5). Sending never fails: what comes after the stream's end is dropped, as a
 * peer's reset may always be on its way. Fields marked internal belong to the connection.
 */
export class Stream {
  readonly id: number;
  readonly connection: Connection;
  /** The connection's output, for `beginData`. */
  readonly output: Output;
  state: StreamState = "open";
  /** Belongs to whoever opened the stream. */
  user: unknown = undefined;
  /** Monotonic milliseconds after which a peer's reset is honest, because its own time is up. */
  deadlineAt = Number.POSITIVE_INFINITY;

  /** @internal */
  listener: StreamListener;
  /**
   * Bytes this endpoint may still send. Negative after the peer lowers SETTINGS_INITIAL_WINDOW_SIZE; sending resumes
   * once WINDOW_UPDATE makes it positive (RFC 9113 §6.9.2).
   * @internal
   */
  sendWindow: number;
  /** Bytes the peer may still send. @internal */
  receiveWindow: number;
  /** Consumed and not yet credited. @internal */
  owedBytes = 0;
  /** Received and not yet consumed. @internal */
  unreadBytes = 0;
  /** What unread small frames count beyond their payload. @internal */
  bookkeepingBytes = 0;
  /** Sum of DATA, for content-length. @internal */
  receivedBytes = 0;
  /** @internal */
  contentLength = -1;
  /** What of the response has come, on a client, or gone, on a server. @internal */
  responseState: "awaitingHead" | "headReceived" | "headSent" = "awaitingHead";
  /** @internal */
  interimResponses = 0;
  /** "ending": END_STREAM waits behind queued data. @internal */
  sendState: "open" | "ending" | "ended" = "open";
  /** Server: whether the handler still occupies its slot. @internal */
  handlerState: "running" | "released" = "running";
  /** @internal */
  openedAt: number;
  /** @internal */
  queue: SendQueue | undefined = undefined;
  /** @internal */
  queuedTrailers: readonly Field[] | undefined = undefined;
  /** Neighbours among the streams that could send; undefined when this is none of them. @internal */
  nextReady: Stream | undefined = undefined;
  /** @internal */
  previousReady: Stream | undefined = undefined;
  /** Since when queued data has made no progress. @internal */
  stalledSince = 0;

  constructor(id: number, connection: Connection, listener: StreamListener, openedAt: number) {
    this.id = id;
    this.connection = connection;
    this.output = connection.output;
    this.listener = listener;
    this.sendWindow = connection.peerSettings.initialWindowBytes;
    this.receiveWindow = connection.streamWindowBytes;
    this.openedAt = openedAt;
  }

  /** Bytes accepted and still waiting for credit. */
  get queuedBytes(): number {
    return this.queue === undefined ? 0 : this.queue.bytes;
  }

  /** How large a field section the peer accepts; Infinity when it has not said. */
  get maxHeaderListBytes(): number {
    return this.connection.peerSettings.maxHeaderListBytes;
  }

  /** Sends a response head or trailers; with `endStream` they wait behind queued data. */
  sendHeaders(fields: readonly Field[], endStream: boolean): void {
    if (this.sendState !== "open") return;
    if (this.queuedBytes > 0) {
      if (!endStream) return;
      this.queuedTrailers = fields;
      this.sendState = "ending";
      return;
    }
    this.connection.writer.headers(this.id, fields, endStream);
    if (endStream) this.connection.ends.local(this);
    else if (this.connection.role === "server") this.responseState = "headSent";
  }

  /** Where in `output.buffer` at least `capacity` octets of payload may be written. End with `endData` or `abortData`. */
  beginData(capacity: number): number {
    const headers = frameHeaderBytes * (1 + Math.floor(capacity / dataFrameBytes));
    return this.output.ensure(headers + capacity) + frameHeaderBytes;
  }

  /** Takes back `beginData`. Nothing was promised to the output, so nothing is undone. */
  abortData(): void {}

  /**
   * Sends what was written from `beginData`'s position up to `end`. True: all of it is in the output. False: it was set
   * aside and waits for credit, and `outputDrained` follows.
   */
  endData(end: number, endStream: boolean): boolean {
    const { connection, output } = this;
    const start = output.position + frameHeaderBytes;
    const length = end - start;
    const whole = length <= dataFrameBytes || this.#canSplit(end, length);
    if (!whole || !connection.scheduler.maySend(this, length)) {
      return this.sendState !== "open" || this.#enqueue(this.#setAside(start, end), endStream);
    }
    if (length === 0 && !endStream) return true;
    if (length <= dataFrameBytes) {
      encodeDataHeader(output.buffer, output.position, length, this.id, endStream);
      output.position = end;
      connection.scheduler.written(this, length, 1);
    } else {
      this.#splitData(start, end, endStream);
    }
    if (endStream) connection.ends.local(this);
    return true;
  }

  /** Sends bytes, keeping a reference until they are framed: they must not change. Result as of `endData`. */
  sendData(bytes: Uint8Array, endStream: boolean): boolean {
    const { connection, output } = this;
    const length = bytes.length;
    if (length > dataFrameBytes || !connection.scheduler.maySend(this, length)) {
      return this.sendState !== "open" || this.#enqueue(bytes, endStream);
    }
    if (length === 0 && !endStream) return true;
    const position = output.ensure(frameHeaderBytes + length);
    output.buffer.set(bytes, encodeDataHeader(output.buffer, position, length, this.id, endStream));
    output.position = position + frameHeaderBytes + length;
    connection.scheduler.written(this, length, 1);
    if (endStream) connection.ends.local(this);
    return true;
  }

  /**
   * Sends one message that lies in several arrays. Those of 8 KiB and more are copied into frames only, when credit lets
   * them go, and must not change until then; the others, and all that lie in `output.buffer`, are copied at once. Result
   * as of `endData`: true frees all of them.
   */
  sendSegments(segments: readonly Uint8Array[], totalBytes: number, endStream: boolean): boolean {
    if (totalBytes === 0) return this.sendData(nothing, endStream);
    if (this.sendState !== "open") return true;
    this.queue ??= new SendQueue();
    const first = this.queue.bytes === 0;
    this.queue.pushSegments(segments, this.output.buffer.buffer);
    if (endStream) this.sendState = "ending";
    return this.connection.scheduler.queued(this, first);
  }

  /** Ends the stream both ways at once (RFC 9113 §5.4.2). What it had queued is dropped; its listener hears no more. */
  reset(errorCode: number): void {
    this.connection.ends.reset(this, errorCode);
  }

  /** The application has taken so many of the received bytes. They are credited to the peer. */
  consumed(bytes: number): void {
    this.connection.credit.consumed(this, bytes);
  }

  /** Server: the handler has ended. Until then the stream occupies a slot, even after a reset. */
  release(): void {
    if (this.handlerState === "released") return;
    this.handlerState = "released";
    this.connection.ends.released(this);
  }

  /** Whether frame headers fit in where the payload lies: an encoder may have used the slab to its end. */
  #canSplit(end: number, length: number): boolean {
    const headers = frameHeaderBytes * Math.floor(length / dataFrameBytes);
    return length <= maxSplitBytes && end + headers <= this.output.buffer.length;
  }

  /** DATA above one frame: the payload moves apart to let further frame headers in. */
  #splitData(start: number, end: number, endStream: boolean): void {
    const { buffer } = this.output;
    const last = Math.ceil((end - start) / dataFrameBytes) - 1;
    for (let index = last; index >= 0; index--) {
      const from = start + index * dataFrameBytes;
      const length = Math.min(dataFrameBytes, end - from);
      const to = from + index * frameHeaderBytes;
      if (index > 0) buffer.copyWithin(to, from, from + length);
      encodeDataHeader(buffer, to - frameHeaderBytes, length, this.id, endStream && index === last);
    }
    this.output.position = end + last * frameHeaderBytes;
    this.connection.scheduler.written(this, end - start, last + 1);
  }

  /** What was written behind the output's position, as bytes of its own: copied, or with the slab it fills. */
  #setAside(start: number, end: number): Uint8Array {
    const { output } = this;
    return (end - start) * 2 < output.buffer.length ? output.buffer.slice(start, end) : output.detach(start, end);
  }

  #enqueue(bytes: Uint8Array, endStream: boolean): boolean {
    this.queue ??= new SendQueue();
    const first = this.queue.bytes === 0;
    this.queue.push(bytes);
    if (endStream) this.sendState = "ending";
    return this.queue.bytes === 0 || this.connection.scheduler.queued(this, first);
  }
}

/** Stands in until the owner has given its listener, and after the stream's end. */
export const deafListener: StreamListener = {
  headersReceived() {},
  dataReceived(_chunk, _start, _end, _endStream) {},
  outputDrained() {},
  streamReset() {},
};
