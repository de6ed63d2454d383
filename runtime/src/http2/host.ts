// SPDX-License-Identifier: Apache-2.0
import type { ConnectionError, StreamError } from "./errors.js";
import type { FieldSection } from "./hpack/field-section.js";
import type { Stream } from "./stream.js";

/** What a connection asks of its surroundings: time and a socket pump. No method may call back into the connection. */
export interface ConnectionHost {
  /** Monotonic milliseconds. */
  now(): number;
  /** There is output again: call `takeOutput()` later in this turn. Called once until then. */
  outputReady(): void;
  /** `nextTimeout()` has become earlier. */
  timeoutChanged(): void;
  /** Stop reading the socket: the peer makes more work than it lets us finish. */
  inputPaused(): void;
  /** Read on. */
  inputResumed(): void;
  /** Called once. Write what `takeOutput()` still gives, then close the socket. */
  connectionEnded(error: ConnectionError | undefined): void;
}

/** What a connection tells its owner. */
export interface ConnectionListener {
  /** Server: a request whose head is well-formed. The listener returned gets the rest of the stream. */
  streamOpened(stream: Stream, request: FieldSection, endStream: boolean): StreamListener;
  /** The peer's SETTINGS: first time it has proved to speak HTTP/2, later times something changed. */
  settingsReceived(): void;
  /** The peer ends the connection in an orderly way, or says why it is about to cut it (RFC 9113 §6.8). */
  goawayReceived(lastStreamId: number, errorCode: number, debugData: Uint8Array): void;
  /** After GOAWAY in either direction: the last stream has ended; the connection ends right after. */
  drained?(): void;
  /** Client: after `openStream` returned undefined for want of a slot, one is free. */
  streamSlotAvailable?(): void;
}

/** What a stream tells its owner. Nothing follows `endStream: true` from the peer, and nothing follows `streamReset`. */
export interface StreamListener {
  /** Client: the final response head, then perhaps trailers (1xx are skipped). Server: trailers. */
  headersReceived(fields: FieldSection, endStream: boolean): void;
  /** A range of a received chunk, which stays valid; empty only with `endStream`. Answer with `stream.consumed`. */
  dataReceived(chunk: Uint8Array, start: number, end: number, endStream: boolean): void;
  /** After a send that returned false: all that the stream had queued is in the output. */
  outputDrained(): void;
  /** The stream is over without a complete end. Not called for the owner's own `reset`. */
  streamReset(error: StreamError): void;
}
