// SPDX-License-Identifier: Apache-2.0
import type { Clock, Timer } from "../rpc/clock.js";

/** PINGs that find out whether a silent server is still there (gRFC A8). */
export interface Keepalive {
  /** Silence after which to ask. At least 10,000 ms, as gRFC A8 asks; servers may cut clients that ping more often than they allow. */
  readonly intervalMs: number;
  /** Time to answer, after which the connection is given up and its calls end UNAVAILABLE. Default 20,000 ms. */
  readonly timeoutMs?: number | undefined;
  /** Whether to ask while no call runs. Default false. */
  readonly withoutCalls?: boolean | undefined;
}

/** A keepalive with every value set. */
export interface ResolvedKeepalive {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly withoutCalls: boolean;
}

/** What keepalive needs of a connection. */
export interface PingedConnection {
  readonly lastReadAt: number;
  readonly streams: number;
  ping(callback: (roundTripMs: number | undefined) => void): void;
  inputEnded(reason?: Error): void;
}

/** Watches one connection from READY to its end. Whatever is read is proof of life, not only the PING's answer. */
export class KeepalivePinger {
  readonly #connection: PingedConnection;
  readonly #clock: Clock;
  readonly #keepalive: ResolvedKeepalive;
  readonly #unanswered: () => void;
  /** "dormant": no call runs, and without calls nothing is asked. */
  #state: "waiting" | "pinging" | "dormant" | "stopped" = "waiting";
  #timer: Timer | undefined;

  /** `unanswered` is told before a connection that does not answer is ended. */
  constructor(connection: PingedConnection, clock: Clock, keepalive: ResolvedKeepalive, unanswered: () => void) {
    this.#connection = connection;
    this.#clock = clock;
    this.#keepalive = keepalive;
    this.#unanswered = unanswered;
    this.#wait();
  }

  /** gRFC A8: when a call starts after a silence longer than the interval, ask at once. */
  exchangeOpened(): void {
    if (this.#state === "dormant") this.#wait();
  }

  /** The connection has ended. */
  stop(): void {
    this.#state = "stopped";
    this.#timer?.cancel();
  }

  #wait(): void {
    const { intervalMs, withoutCalls } = this.#keepalive;
    const remainingMs = this.#connection.lastReadAt + intervalMs - this.#clock.now();
    if (remainingMs > 0) {
      this.#state = "waiting";
      this.#timer = this.#clock.setTimer(remainingMs, () => this.#wait());
    } else if (withoutCalls || this.#connection.streams > 0) {
      this.#ping();
    } else {
      this.#state = "dormant";
    }
  }

  #ping(): void {
    this.#state = "pinging";
    const askedAt = this.#clock.now();
    this.#timer = this.#clock.setTimer(this.#keepalive.timeoutMs, () => this.#timeReached(askedAt));
    this.#connection.ping((roundTripMs) => {
      if (this.#state !== "pinging" || roundTripMs === undefined) return;
      this.#timer?.cancel();
      this.#wait();
    });
  }

  #timeReached(askedAt: number): void {
    if (this.#connection.lastReadAt > askedAt) {
      this.#wait();
      return;
    }
    this.#state = "stopped";
    this.#unanswered();
    const { timeoutMs } = this.#keepalive;
    this.#connection.inputEnded(new Error(`no answer to a keepalive PING within keepalive.timeoutMs (${timeoutMs})`));
  }
}
