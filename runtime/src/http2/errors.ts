// SPDX-License-Identifier: Apache-2.0
import { formatErrorCode } from "./error-code.js";

/** Who ended it: "local" this endpoint, "remote" the peer, "connection" the loss of the connection underneath. */
export type Initiator = "local" | "remote" | "connection";

/**
 * The connection is over (RFC 9113 §5.4.1). `errorCode` is what GOAWAY said or would have said; the message names the
 * frame and the rule, or the limit and its value.
 */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly errorCode: number;
  readonly initiator: Initiator;

  constructor(errorCode: number, message: string, initiator: Initiator = "local", cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.errorCode = errorCode;
    this.initiator = initiator;
  }
}

/**
 * One stream ended early (RFC 9113 §5.4.2). Not an `Error`: a peer decides how many of these there are, and a stack
 * costs microseconds and says nothing.
 */
export class StreamError {
  readonly streamId: number;
  /** RFC 9113 §7. */
  readonly errorCode: number;
  readonly message: string;
  readonly initiator: Initiator;
  /** The peer has said that it did not act on the request, so it may be sent again (RFC 9113 §8.7). */
  readonly unprocessed: boolean;

  constructor(streamId: number, errorCode: number, message: string, initiator: Initiator, unprocessed = false) {
    this.streamId = streamId;
    this.errorCode = errorCode;
    this.message = message;
    this.initiator = initiator;
    this.unprocessed = unprocessed;
  }

  toString(): string {
    return `StreamError: stream ${this.streamId}: ${this.message} (${formatErrorCode(this.errorCode)})`;
  }
}
