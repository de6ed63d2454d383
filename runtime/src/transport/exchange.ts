// SPDX-License-Identifier: Apache-2.0
import type { Field } from "../http2/hpack/field.js";
import type { FieldSection } from "../http2/hpack/field-section.js";

export { ErrorCode } from "../http2/error-code.js";
export { type Field, field, sectionBytes } from "../http2/hpack/field.js";
export type { FieldSection } from "../http2/hpack/field-section.js";

/**
 * One HTTP request and its response on one connection, as protocols and calls see it. An HTTP/2 stream is one as it
 * stands, so nothing is wrapped; other carriers implement the same methods.
 */
export interface Exchange {
  readonly output: { buffer: Uint8Array };
  /** Bytes accepted from us and not yet on their way. */
  readonly queuedBytes: number;
  /** Monotonic milliseconds at which the call's own deadline passes; Infinity without one. A reset after it is honest. */
  deadlineAt: number;

  /** How large a field section the peer accepts, as `sectionBytes` counts; Infinity when it has not said. */
  readonly maxHeaderListBytes: number;

  /** A response head, or trailers (`endStream`), which wait behind queued data. */
  sendHeaders(fields: readonly Field[], endStream: boolean): void;
  /** Where in `output.buffer` the next `capacity` payload octets may be written. Read `output.buffer` anew after it. */
  beginData(capacity: number): number;
  /** Ends what `beginData` began. True: flow control took all of it; false: it is queued and `outputDrained` follows. */
  endData(end: number, endStream: boolean): boolean;
  /** Takes back a `beginData`. */
  abortData(): void;
  /** Sends bytes, which must not change until they have left. Result as of `endData`. */
  sendData(bytes: Uint8Array, endStream: boolean): boolean;
  /**
   * Sends bytes that lie in several arrays, one after the other; `totalBytes` is their sum. Arrays of 8 KiB and more are
   * not copied before credit lets them go, and must not change until then; shorter ones, and views of `output.buffer`,
   * are copied at once. Result as of `endData`: true frees all of them.
   */
  sendSegments(segments: readonly Uint8Array[], totalBytes: number, endStream: boolean): boolean;
  /**
   * Sends segments one behind the other, `totalBytes` in all. Long ones must not change until they have left, short ones
   * and those in `output.buffer` are copied. Result as of `endData`.
   */
  sendSegments(segments: readonly Uint8Array[], totalBytes: number, endStream: boolean): boolean;
  /** Ends the exchange at once, both ways. */
  reset(errorCode: number): void;
  /** The application has taken so many received bytes; the peer may send as many more. */
  consumed(bytes: number): void;
  /** Server: the handler has ended, its slot is free. */
  release(): void;
}

/** What an exchange tells its owner. */
export interface ExchangeListener {
  headersReceived(fields: FieldSection, endStream: boolean): void;
  /** Part of the body, as a range of a received chunk that stays valid. */
  dataReceived(chunk: Uint8Array, start: number, end: number, endStream: boolean): void;
  outputDrained(): void;
  /** The exchange is over without a complete end. */
  streamReset(error: ExchangeError): void;
}

/** Why an exchange ended early. */
export interface ExchangeError {
  readonly message: string;
  /** RFC 9113 §7. */
  readonly errorCode: number;
  /** "remote": the peer reset it; "local": it broke a rule; "connection": the connection is gone. */
  readonly initiator: "local" | "remote" | "connection";
  /** The peer has said that it did not act on the request: it may be sent again elsewhere. */
  readonly unprocessed: boolean;
}
