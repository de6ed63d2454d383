// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "./connection.js";
import { ErrorCode } from "./error-code.js";
import { maxWindowBytes } from "./flow-control.js";

const maxStreamId = maxWindowBytes;

/** The orderly end of a connection (RFC 9113 §6.8): GOAWAY sent, GOAWAY received, and the last stream's end. */
export class Drain {
  /** "warned": a server has announced the end and still accepts; "final": what is above `lastStreamId` is dropped. */
  state: "none" | "warned" | "final" = "none";
  /** Last stream our final GOAWAY lets through. */
  lastStreamId = maxStreamId;
  /** Last stream the peer's GOAWAY lets through; it may only shrink. */
  peerLastStreamId = maxStreamId;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Begins our own graceful end. */
  start(): void {
    const connection = this.#connection;
    if (connection.state === "closed" || this.state !== "none") return;
    connection.state = "draining";
    if (connection.role === "client") {
      this.#sayFinal(0);
      return;
    }
    this.state = "warned";
    connection.writer.goaway(maxStreamId, ErrorCode.NO_ERROR, "");
    // Requests on their way are answered: the PING's answer comes behind all that the client sent before it knew.
    connection.ping(() => this.finish());
    connection.deadlines.drain = connection.host.now() + connection.limits.drainTimeoutMs;
    connection.deadlineSet(connection.deadlines.drain);
  }

  /** The warning has had its round trip: names the last stream. */
  finish(): void {
    const connection = this.#connection;
    if (connection.state === "closed" || this.state !== "warned") return;
    connection.deadlines.drain = Number.POSITIVE_INFINITY;
    this.#sayFinal(connection.lastProcessedStreamId);
  }

  /** The peer's GOAWAY came: a client opens no more streams on this connection. */
  received(lastStreamId: number): void {
    const connection = this.#connection;
    this.peerLastStreamId = lastStreamId;
    if (connection.role === "client") connection.state = "draining";
  }

  /** No stream is left on a connection that is draining. */
  streamsEnded(): void {
    const connection = this.#connection;
    if (connection.state !== "draining" || connection.table.size > 0 || this.state === "warned") return;
    if (this.state === "none") this.#say(0);
    connection.listener.drained?.();
    connection.end(undefined);
  }

  #sayFinal(lastStreamId: number): void {
    this.#say(lastStreamId);
    this.streamsEnded();
  }

  #say(lastStreamId: number): void {
    this.state = "final";
    this.lastStreamId = lastStreamId;
    this.#connection.writer.goaway(lastStreamId, ErrorCode.NO_ERROR, "");
  }
}
