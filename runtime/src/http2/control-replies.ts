// SPDX-License-Identifier: Apache-2.0

/**
 * Counts the replies a peer has provoked (acknowledgements, resets) that are not yet written to the socket. A peer that
 * provokes and does not read must not make us remember without end (CVE-2019-9512, 9514, 9515).
 */
export class ControlReplies {
  /** Replies not yet written. */
  queued = 0;
  /** Replies encoded since output was last taken. */
  #untaken = 0;
  /** Pairs: a position in the output, and the replies before it that are not counted by an earlier pair. */
  #marks: number[] | undefined;

  add(): void {
    this.queued += 1;
    this.#untaken += 1;
  }

  /** All output up to `takenBytes` is with the socket. */
  taken(takenBytes: number): void {
    if (this.#untaken === 0) return;
    this.#marks ??= [];
    this.#marks.push(takenBytes, this.#untaken);
    this.#untaken = 0;
  }

  /** The socket has let go of all output up to `writtenBytes`. */
  written(writtenBytes: number): void {
    const marks = this.#marks;
    if (marks === undefined) return;
    let done = 0;
    while (done < marks.length && marks[done] <= writtenBytes) {
      this.queued -= marks[done + 1];
      done += 2;
    }
    if (done === marks.length) this.#marks = undefined;
    else if (done > 0) marks.splice(0, done);
  }
}
