// SPDX-License-Identifier: Apache-2.0

/** "PETR": tells PINGs of ours from whatever else a peer may acknowledge. */
export const ownPingMark = 0x50455452;

interface PendingPing {
  readonly number: number;
  readonly sentAt: number;
  readonly answered: (roundTripMs: number | undefined) => void;
}

/** PINGs of ours that the peer has not answered yet (RFC 9113 §6.7). */
export class PendingPings {
  #last = 0;
  /** Undefined while none is on its way. */
  #pending: PendingPing[] | undefined;

  /** Registers a PING that is about to be sent; returns the number that makes its payload its own. */
  add(now: number, answered: (roundTripMs: number | undefined) => void): number {
    this.#last = (this.#last + 1) >>> 0;
    this.#pending ??= [];
    this.#pending.push({ number: this.#last, sentAt: now, answered });
    return this.#last;
  }

  /** An acknowledgement came. Unknown ones are ignored. */
  acknowledge(mark: number, number: number, now: number): void {
    const pending = this.#pending;
    if (mark !== ownPingMark || pending === undefined) return;
    const index = pending.findIndex((ping) => ping.number === number);
    if (index < 0) return;
    const [ping] = pending.splice(index, 1);
    if (pending.length === 0) this.#pending = undefined;
    ping.answered(now - ping.sentAt);
  }

  /** The connection has ended: nobody will answer. */
  abandon(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    for (const ping of pending ?? []) ping.answered(undefined);
  }
}
