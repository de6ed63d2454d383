// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "./connection.js";
import { ControlReplies } from "./control-replies.js";

/** A server stops reading when so many times `maxOutputBytes` wait: heads and trailers need no credit of the peer's. */
const outputShare = 4;

/** Decides whether the socket is read: not while a peer provokes output it does not read, or sends what nobody reads. */
export class InputGate {
  state: "reading" | "paused" = "reading";
  readonly #connection: Connection;
  readonly #replies = new ControlReplies();
  readonly #maxWaitingBytes: number;

  constructor(connection: Connection) {
    this.#connection = connection;
    // Two ends that both stopped reading because neither reads would wait for ever: a client always reads on.
    const { role, limits } = connection;
    this.#maxWaitingBytes = role === "server" ? outputShare * limits.maxOutputBytes : Number.POSITIVE_INFINITY;
  }

  /** Input was received: what it provoked may wait in the output. */
  received(): void {
    const { output, state } = this.#connection;
    if (output.untakenBytes > this.#maxWaitingBytes && state !== "closed") this.update();
  }

  /** A reply that the peer provoked was encoded. Throws when too many wait for the peer to read. */
  replyQueued(): void {
    this.#replies.add();
    const { queued } = this.#replies;
    const connection = this.#connection;
    if (queued > connection.limits.maxQueuedControlRepliesBeforeClose) {
      throw connection.exceeded("maxQueuedControlRepliesBeforeClose", `${queued} replies not read by the peer`);
    }
    if (queued > connection.limits.maxQueuedControlReplies) this.update();
  }

  taken(takenBytes: number): void {
    this.#replies.taken(takenBytes);
  }

  written(writtenBytes: number): void {
    this.#replies.written(writtenBytes);
    this.update();
  }

  /** Stops reading beyond a bound, and resumes well below it. */
  update(): void {
    const { limits, credit, counters, host, output } = this.#connection;
    const { unreadBytes } = credit.window;
    const { untakenBytes } = output;
    const { queued } = this.#replies;
    if (this.state === "reading") {
      const flooded = queued > limits.maxQueuedControlReplies;
      const full = untakenBytes > this.#maxWaitingBytes;
      if (!flooded && !full && unreadBytes <= 2 * limits.maxUnreadBytes) return;
      counters[flooded ? "maxQueuedControlReplies" : full ? "maxOutputBytes" : "maxUnreadBytes"] += 1;
      if (!flooded && !full && unreadBytes - this.#bookkeepingBytes() <= 2 * limits.maxUnreadBytes) {
        counters.smallDataFrameBytes += 1;
      }
      this.state = "paused";
      host.inputPaused();
    } else if (
      queued * 2 <= limits.maxQueuedControlReplies &&
      unreadBytes <= limits.maxUnreadBytes &&
      untakenBytes * 2 <= this.#maxWaitingBytes
    ) {
      this.state = "reading";
      host.inputResumed();
    }
  }

  /** What small frames count beyond their payload; asked for once a pause. */
  #bookkeepingBytes(): number {
    let bytes = 0;
    for (const stream of this.#connection.table.all()) bytes += stream.bookkeepingBytes;
    return bytes;
  }
}
