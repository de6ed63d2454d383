// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "./connection.js";
import { ControlReplies } from "./control-replies.js";

/** Decides whether the socket is read: not while a peer provokes replies it does not read, or sends what nobody reads. */
export class InputGate {
  state: "reading" | "paused" = "reading";
  readonly #connection: Connection;
  readonly #replies = new ControlReplies();

  constructor(connection: Connection) {
    this.#connection = connection;
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
    const { limits, credit, counters, host } = this.#connection;
    const { unreadBytes } = credit.window;
    const { queued } = this.#replies;
    if (this.state === "reading") {
      const flooded = queued > limits.maxQueuedControlReplies;
      if (!flooded && unreadBytes <= 2 * limits.maxUnreadBytes) return;
      counters[flooded ? "maxQueuedControlReplies" : "maxUnreadBytes"] += 1;
      this.state = "paused";
      host.inputPaused();
    } else if (queued * 2 <= limits.maxQueuedControlReplies && unreadBytes <= limits.maxUnreadBytes) {
      this.state = "reading";
      host.inputResumed();
    }
  }
}
