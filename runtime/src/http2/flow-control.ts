// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "./error-code.js";
import { ConnectionError } from "./errors.js";

/** Largest window (RFC 9113 §6.9.1). */
export const maxWindowBytes = 0x7fff_ffff;

/** What both windows of every connection and stream start at before anything is said (RFC 9113 §6.9.2). */
export const initialWindowBytes = 65_535;

/**
 * The connection's receive window: what the peer may still send, what has come since it was last told, and what the
 * application has yet to take. Credit is given on receipt while little is unread, and withheld while much is.
 */
export class ReceiveWindow {
  /** Bytes the peer may send; never negative. */
  available = initialWindowBytes;
  /** Size the window is refilled to. */
  sizeBytes: number;
  /** Received and not yet credited. */
  owedBytes = 0;
  /** Received for streams and not yet consumed, bookkeeping included. */
  unreadBytes = 0;
  readonly #maxUnreadBytes: number;

  constructor(sizeBytes: number, maxUnreadBytes: number) {
    this.sizeBytes = sizeBytes;
    this.#maxUnreadBytes = maxUnreadBytes;
  }

  /** Takes a DATA frame's payload, padding included. Throws FLOW_CONTROL_ERROR beyond the window (RFC 9113 §6.9.1). */
  receive(bytes: number): void {
    if (bytes > this.available) {
      throw new ConnectionError(
        ErrorCode.FLOW_CONTROL_ERROR,
        `DATA of ${bytes} octets, connection window has ${this.available}`,
      );
    }
    this.available -= bytes;
    this.owedBytes += bytes;
  }

  /** Credit worth a WINDOW_UPDATE now, or 0; what it returns counts as given. */
  takeCredit(): number {
    const credit = this.owedBytes;
    if (credit * 2 < this.sizeBytes || this.unreadBytes >= this.#maxUnreadBytes) return 0;
    this.owedBytes = 0;
    this.available += credit;
    return credit;
  }

  /** Raises the window; the peer is told by WINDOW_UPDATE of what this returns. */
  grow(sizeBytes: number): number {
    const increment = sizeBytes - this.sizeBytes;
    this.sizeBytes = sizeBytes;
    this.available += increment;
    return increment;
  }
}
