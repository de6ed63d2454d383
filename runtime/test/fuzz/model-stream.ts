// SPDX-License-Identifier: Apache-2.0

/** What both the model and the connection are set up with. */
export interface ModelLimits {
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  readonly maxConcurrentStreams: number;
  readonly maxUnreadBytes: number;
  readonly streamStallTimeoutMs: number;
  readonly drainTimeoutMs: number;
}

/** A stream as RFC 9113 §5 has it, and nothing else. */
export interface ModelStream {
  readonly id: number;
  peerEnded: boolean;
  weEnded: boolean;
  over: boolean;
  released: boolean;
  headSent: boolean;
  headReceived: boolean;
  sendWindow: number;
  receiveWindow: number;
  owed: number;
  unread: number;
  bookkeeping: number;
  unsent: number;
  /** What follows the unsent bytes. */
  ending: "no" | "data" | "trailers";
  progressAt: number;
}
