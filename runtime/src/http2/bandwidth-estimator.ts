// SPDX-License-Identifier: Apache-2.0

/** What a window may hold of a link's traffic whether or not more of it makes the link faster. */
const harmlessMs = 4;

/**
 * Estimates the bandwidth-delay product: counts the bytes that arrive between a PING and its answer. A sample starts when
 * half of a window has been used, so a sender that waits for credit shows about half a window per sample. When a third or
 * more has come, faster than ever before, the window is what limits the link, and it should double. A window that the
 * link carries in a few milliseconds doubles in any case: one lucky sample would otherwise hold it down for good, and
 * what waits behind it on the way waits no longer than that.
 */
export class BandwidthEstimator {
  /** True while the PING of a sample is on its way. */
  sampling = false;
  #sampleBytes = 0;
  #startedAt = 0;
  #bytesPerMs = 0;

  /** A sample starts with the PING sent now. */
  start(now: number): void {
    this.sampling = true;
    this.#sampleBytes = 0;
    this.#startedAt = now;
  }

  /** DATA has arrived while sampling. */
  receive(bytes: number): void {
    this.#sampleBytes += bytes;
  }

  /** The sample's PING was answered. Returns the window wanted: `windowBytes`, or twice that. */
  finish(now: number, windowBytes: number): number {
    this.sampling = false;
    const bytesPerMs = this.#sampleBytes / Math.max(now - this.#startedAt, 0.05);
    const limits = this.#sampleBytes * 3 >= windowBytes;
    const faster = bytesPerMs > this.#bytesPerMs;
    if (limits && faster) this.#bytesPerMs = bytesPerMs;
    return limits && (faster || windowBytes < this.#bytesPerMs * harmlessMs) ? windowBytes * 2 : windowBytes;
  }
}
