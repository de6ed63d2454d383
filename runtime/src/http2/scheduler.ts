// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "./connection.js";
import { initialWindowBytes } from "./flow-control.js";
import { encodeDataHeader } from "./frame/data.js";
import { frameHeaderBytes } from "./frame/header.js";
import type { Stream } from "./stream.js";

/** Largest DATA payload we send: every peer accepts it, and larger frames would be unfair to other streams. */
export const dataFrameBytes = 16_384;

/**
 * Sends DATA within the windows. Shares the connection among the streams that have data queued: one frame each in turn. A stream without window of its
 * own is left out until it gets some.
 */
export class Scheduler {
  readonly #connection: Connection;
  /** A ring; its first stream is the next to send. */
  #next: Stream | undefined = undefined;
  /** Streams with data queued, whether they could send or not. */
  queuedStreams = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Bytes we may still send on all streams. */
  window = initialWindowBytes;
  framesSent = 0;

  /** Whether some stream could send now. */
  get canSend(): boolean {
    return this.#next !== undefined && this.window > 0 && !this.#outputFull;
  }

  /** Whether all of it may go into the output at once, ahead of nothing. */
  maySend(stream: Stream, length: number): boolean {
    if (stream.sendState !== "open" || stream.queuedBytes > 0) return false;
    return length === 0 || (length <= stream.sendWindow && length <= this.window && !this.#outputFull);
  }

  /** DATA was encoded. */
  written(stream: Stream, bytes: number, frames: number): void {
    stream.sendWindow -= bytes;
    this.window -= bytes;
    this.framesSent += frames;
    this.#connection.noteOutput();
  }

  /** Data was put into the stream's queue, which was empty if `first`. True: all of it is in the output already. */
  queued(stream: Stream, first: boolean): boolean {
    if (first) this.queuedStreams += 1;
    if (stream.sendWindow > 0) {
      const alone = this.#next === undefined;
      this.add(stream);
      while (alone && this.canSend) {
        if (this.sendFrame(stream)) return true;
      }
      if (this.canSend) this.#connection.noteOutput();
    }
    if (first) this.#watch(stream);
    return false;
  }

  /** The stream has data queued and window for it. No effect when that was known. */
  add(stream: Stream): void {
    if (stream.nextReady !== undefined) return;
    const next = this.#next;
    if (next === undefined) {
      stream.nextReady = stream;
      stream.previousReady = stream;
      this.#next = stream;
      return;
    }
    const last = next.previousReady as Stream;
    stream.nextReady = next;
    stream.previousReady = last;
    last.nextReady = stream;
    next.previousReady = stream;
  }

  /** The stream has nothing to send, or no window, or has ended. */
  remove(stream: Stream): void {
    const next = stream.nextReady;
    if (next === undefined) return;
    if (next === stream) {
      this.#next = undefined;
    } else {
      const previous = stream.previousReady as Stream;
      previous.nextReady = next;
      next.previousReady = previous;
      if (this.#next === stream) this.#next = next;
    }
    stream.nextReady = undefined;
    stream.previousReady = undefined;
  }

  /** Moves queued data into the output until windows or the output's bound say stop. */
  pump(now: number): void {
    while (this.canSend) {
      const stream = this.#next as Stream;
      this.#next = stream.nextReady;
      stream.stalledSince = now;
      if (this.sendFrame(stream)) stream.listener.outputDrained();
    }
  }

  /** Sends one frame of what the stream has queued. True: that was the last. */
  sendFrame(stream: Stream): boolean {
    const connection = this.#connection;
    const { output } = connection;
    const queue = stream.queue;
    if (queue === undefined) return false;
    const length = Math.min(queue.bytes, stream.sendWindow, this.window, dataFrameBytes);
    const last = length === queue.bytes;
    const endStream = last && stream.sendState === "ending" && stream.queuedTrailers === undefined;
    const position = output.ensure(frameHeaderBytes + length);
    queue.moveInto(output.buffer, encodeDataHeader(output.buffer, position, length, stream.id, endStream), length);
    output.position = position + frameHeaderBytes + length;
    this.written(stream, length, 1);
    if (!last) {
      if (stream.sendWindow <= 0) this.remove(stream);
      return false;
    }
    this.remove(stream);
    this.queuedStreams -= 1;
    if (stream.sendState === "ending") {
      if (stream.queuedTrailers !== undefined) connection.writer.headers(stream.id, stream.queuedTrailers, true);
      stream.queuedTrailers = undefined;
      connection.ends.local(stream);
    }
    return true;
  }

  /** Forgets what the stream has queued. */
  drop(stream: Stream): void {
    if (stream.queue === undefined || stream.queue.bytes === 0) return;
    this.remove(stream);
    stream.queue.clear();
    stream.queuedTrailers = undefined;
    this.queuedStreams -= 1;
  }

  get #outputFull(): boolean {
    return this.#connection.output.untakenBytes > this.#connection.limits.maxOutputBytes;
  }

  /** From now on the stream's queue must make progress. */
  #watch(stream: Stream): void {
    const { host, deadlines, limits } = this.#connection;
    stream.stalledSince = host.now();
    if (deadlines.stalledStreams !== Number.POSITIVE_INFINITY) return;
    deadlines.stalledStreams = stream.stalledSince + limits.streamStallTimeoutMs;
    this.#connection.deadlineSet(deadlines.stalledStreams);
  }
}
