// SPDX-License-Identifier: Apache-2.0

const remembered = 64;

/**
 * How the peer's latest streams ended, as far as it decides what a late frame means (RFC 9113 §5.1). Streams that we
 * reset, and older ones, are not here: their frames may have been on the way and are ignored.
 */
export class ClosedStreams {
  /** The latest streams the peer has ended, negative when it did so by RST_STREAM. */
  #ended: Int32Array | undefined;
  #endedNext = 0;
  /** First and last identifier of gaps the peer left by opening a higher stream: closed without ever being open. */
  #skipped: number[] | undefined;

  /** The peer ended its side by END_STREAM: more HEADERS or DATA are its error. */
  addEndedByPeer(streamId: number): void {
    this.#remember(streamId);
  }

  /** The peer reset the stream: as above, but milder. */
  addResetByPeer(streamId: number): void {
    this.#remember(-streamId);
  }

  endedByPeer(streamId: number): boolean {
    return this.#ended?.includes(streamId) ?? false;
  }

  resetByPeer(streamId: number): boolean {
    return this.#ended?.includes(-streamId) ?? false;
  }

  /** Opening a stream closed all idle ones below it (RFC 9113 §5.1.1). */
  addSkipped(first: number, last: number): void {
    this.#skipped ??= [];
    this.#skipped.push(first, last);
    if (this.#skipped.length > 2 * remembered) this.#skipped.splice(0, 2);
  }

  skipped(streamId: number): boolean {
    const skipped = this.#skipped;
    if (skipped === undefined) return false;
    for (let index = 0; index < skipped.length; index += 2) {
      if (streamId >= skipped[index] && streamId <= skipped[index + 1]) return true;
    }
    return false;
  }

  #remember(entry: number): void {
    this.#ended ??= new Int32Array(remembered);
    this.#ended[this.#endedNext] = entry;
    this.#endedNext = (this.#endedNext + 1) % remembered;
  }
}
