// SPDX-License-Identifier: Apache-2.0

/**
 * Estimates the bandwidth-delay product: counts the bytes that arrive between a PING and its answer. A sample starts when
 * half of a window has been used, so a sender that waits for credit shows about half a window per sample. When a third or
 * more has come, faster than ever before, the window is what limits the link, and it should double.
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
    if (this.#sampleBytes * 3 < windowBytes || bytesPerMs <= this.#bytesPerMs) return windowBytes;
    this.#bytesPerMs = bytesPerMs;
    return windowBytes * 2;
  }
}
