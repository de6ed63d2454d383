// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "./connection.js";
import { ErrorCode } from "./error-code.js";
import { StreamError } from "./errors.js";
import { RateLimit } from "./rate-limit.js";
import type { Stream } from "./stream.js";

/** The ways a stream's life moves on and ends (RFC 9113 §5.1), and the slots it frees. */
export class StreamEnds {
  /** Server: slots taken, by handlers that still run for a stream that is over, too. */
  slots = 0;
  /** Made when first taken from, as a full bucket has nothing to remember. */
  #peerResets: RateLimit | undefined;
  readonly #connection: Connection;
  #ownResets: RateLimit | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Counts a reset by the peer that may abuse us. False: there were too many. */
  takePeerReset(): boolean {
    const { limits, time } = this.#connection;
    this.#peerResets ??= new RateLimit(limits.peerResetBurst, limits.peerResetsPerSecond, time);
    return this.#peerResets.take(time);
  }

  /** We have sent END_STREAM. */
  local(stream: Stream): void {
    const connection = this.#connection;
    stream.sendState = "ended";
    if (stream.state === "open" && connection.role === "client") {
      stream.state = "halfClosedLocal";
      return;
    }
    // RFC 9113 §8.1: a server may answer before the request has ended, and then tells the client to stop.
    if (stream.state === "open") connection.writer.reset(stream.id, ErrorCode.NO_ERROR);
    else connection.closedStreams.addEndedByPeer(stream.id);
    this.#peerResets?.give();
    this.remove(stream);
  }

  /** The peer's END_STREAM has come, and the listener knows. */
  remote(stream: Stream): void {
    const connection = this.#connection;
    if (connection.table.get(stream.id) !== stream) return;
    if (connection.role === "client" && stream.sendState !== "ended") {
      // The response is complete, so nobody waits for the rest of the request.
      connection.writer.reset(stream.id, ErrorCode.NO_ERROR);
    } else if (stream.state !== "closed") {
      return;
    }
    connection.closedStreams.addEndedByPeer(stream.id);
    this.remove(stream);
  }

  /** We reset the stream; its owner knows. */
  reset(stream: Stream, errorCode: number): void {
    this.#connection.credit.dropUnread(stream);
    if (stream.state === "closed") return;
    this.#connection.writer.reset(stream.id, errorCode);
    this.remove(stream);
    if (blamesPeer(errorCode)) this.#countOwnReset();
  }

  /** The peer broke a rule on a stream (RFC 9113 §5.4.2), or on one that is over. */
  error(streamId: number, stream: Stream | undefined, errorCode: number, message: string): void {
    const connection = this.#connection;
    if (stream === undefined || stream.state === "closed") {
      connection.writer.reset(streamId, errorCode);
      this.#countOwnReset();
    } else {
      this.reset(stream, errorCode);
      stream.listener.streamReset(new StreamError(streamId, errorCode, message, "local"));
    }
    if (connection.state !== "closed") connection.gate.replyQueued();
  }

  /** The stream is over on the wire. */
  remove(stream: Stream): void {
    const connection = this.#connection;
    stream.state = "closed";
    stream.sendState = "ended";
    connection.scheduler.drop(stream);
    connection.table.delete(stream);
    if (connection.role === "client") connection.offerSlot();
    else if (stream.handlerState === "released") this.slots -= 1;
    if (connection.state === "draining" && connection.table.size === 0) connection.drain.streamsEnded();
  }

  /** Server: the handler has ended. */
  released(stream: Stream): void {
    if (stream.state === "closed") this.slots -= 1;
  }

  #countOwnReset(): void {
    const connection = this.#connection;
    const { limits, time } = connection;
    this.#ownResets ??= new RateLimit(limits.ownResetBurst, limits.ownResetsPerSecond, time);
    if (this.#ownResets.take(time)) return;
    connection.counters.ownResetsPerSecond += 1;
    connection.fail(connection.exceeded("ownResetBurst", "streams reset for the peer's errors"));
  }
}

/** Codes that blame the peer: such resets of ours count against it (CVE-2025-8671). */
function blamesPeer(errorCode: number): boolean {
  return (
    errorCode === ErrorCode.PROTOCOL_ERROR ||
    errorCode === ErrorCode.FLOW_CONTROL_ERROR ||
    errorCode === ErrorCode.STREAM_CLOSED ||
    errorCode === ErrorCode.FRAME_SIZE_ERROR ||
    errorCode === ErrorCode.ENHANCE_YOUR_CALM
  );
}
