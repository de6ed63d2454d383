// SPDX-License-Identifier: Apache-2.0

const never = Number.POSITIVE_INFINITY;

/** When a connection must look at the time again. Infinity: not at all. All in the host's monotonic milliseconds. */
export class Deadlines {
  /** For the peer's preface and first SETTINGS. */
  preface = never;
  /** For the oldest SETTINGS of ours to be acknowledged. */
  settingsAck = never;
  /** For the field block or frame that has begun to arrive. */
  fieldBlock = never;
  /** For streams with queued data to be looked through. */
  stalledStreams = never;
  /** For written bytes to make progress. */
  write = never;
  /** For the second GOAWAY. */
  drain = never;

  next(): number {
    return Math.min(this.preface, this.settingsAck, this.fieldBlock, this.stalledStreams, this.write, this.drain);
  }

  clear(): void {
    this.preface = never;
    this.settingsAck = never;
    this.fieldBlock = never;
    this.stalledStreams = never;
    this.write = never;
    this.drain = never;
  }
}
