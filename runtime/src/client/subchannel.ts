// SPDX-License-Identifier: Apache-2.0
import type { Timer } from "../rpc/clock.js";
import type { ConnectivityState } from "../rpc/connectivity-state.js";
import type { ClientConnectionListener, Http2ClientConnection } from "../transport/http2-client.js";
import { BackoffSequence, type ResolvedBackoff } from "./backoff.js";
import { ConnectAttempt, type ConnectOutcome, type ConnectSettings } from "./connect-attempt.js";
import { KeepalivePinger, type ResolvedKeepalive } from "./keepalive.js";

export interface SubchannelSettings extends ConnectSettings {
  readonly backoff: ResolvedBackoff;
  /** From 0 up to 1, for the backoff's jitter. */
  readonly random: () => number;
  readonly keepalive: ResolvedKeepalive | undefined;
}

/** What a subchannel tells the channel. */
export interface SubchannelListener {
  /** `subchannel.state` is another; with READY it has a connection, with TRANSIENT_FAILURE a `lastError`. */
  stateChanged(state: ConnectivityState): void;
  /** After the connection refused a call for want of a slot: one is free. */
  slotAvailable(): void;
}

/** Plain counts of one subchannel, since its start. */
export interface SubchannelCounters {
  attempts: number;
  failedAttempts: number;
  /** Connections that became READY. */
  connected: number;
  /** Connections that took no more calls before they ended: GOAWAY received, or identifiers used up. */
  drained: number;
  /** Connections given up because no keepalive PING was answered. */
  unresponsive: number;
}

/**
 * One server's connection through its life (gRPC connectivity-semantics):
 *
 *     IDLE ──connect()──▶ CONNECTING ──SETTINGS──▶ READY ──GOAWAY, lost──▶ IDLE
 *                          ▲      └──no address──▶ TRANSIENT_FAILURE
 *                          └───────backoff over───────┘          any ──close()──▶ SHUTDOWN
 *
 * Every state but IDLE and READY ends by itself. After GOAWAY the old connection lives on until its calls have ended.
 */
export class Subchannel implements ConnectOutcome {
  readonly counters: SubchannelCounters = {
    attempts: 0,
    failedAttempts: 0,
    connected: 0,
    drained: 0,
    unresponsive: 0,
  };
  state: ConnectivityState = "IDLE";
  /** What new calls are opened on; set in READY only. */
  connection: Http2ClientConnection | undefined;
  /** Why the last attempt failed. */
  lastError: Error | undefined;
  readonly #settings: SubchannelSettings;
  readonly #listener: SubchannelListener;
  readonly #backoff: BackoffSequence;
  readonly #live = new Set<Http2ClientConnection>();
  #keepalive: ResolvedKeepalive | undefined;
  #attempt: ConnectAttempt | undefined;
  #timer: Timer | undefined;
  /** Monotonic milliseconds before which no attempt starts. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #allGone: (() => void) | undefined;

  constructor(settings: SubchannelSettings, listener: SubchannelListener) {
    this.#settings = settings;
    this.#listener = listener;
    this.#backoff = new BackoffSequence(settings.backoff, settings.random);
    this.#keepalive = settings.keepalive;
  }

  /** Connections that have not ended, draining ones included. */
  get connections(): number {
    return this.#live.size;
  }

  /** Leaves IDLE. Does nothing in any other state: those get on by themselves. */
  connect(): void {
    if (this.state !== "IDLE") return;
    this.#enter("CONNECTING");
    // Only after a connection that ended before it carried a call: a server that greets and hangs up is not hammered.
    const waitMs = this.#notBefore - this.#settings.platform.clock.now();
    if (waitMs > 0) this.#timer = this.#settings.platform.clock.setTimer(waitMs, () => this.#startAttempt());
    else this.#startAttempt();
  }

  /** Ends every connection at once. Resolves when they are gone. */
  close(): Promise<void> {
    this.#timer?.cancel();
    this.#attempt?.cancel();
    this.#attempt = undefined;
    this.connection = undefined;
    this.#enter("SHUTDOWN");
    for (const connection of [...this.#live]) connection.close();
    if (this.#live.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#allGone = resolve;
    });
  }

  connected(connection: Http2ClientConnection): void {
    this.#attempt = undefined;
    this.#live.add(connection);
    this.counters.connected++;
    const { clock } = this.#settings.platform;
    const unanswered = () => {
      this.counters.unresponsive++;
    };
    const pinger = this.#keepalive && new KeepalivePinger(connection, clock, this.#keepalive, unanswered);
    connection.listener = new LiveConnection(this, connection, pinger);
    // gRPC connection-backoff: the server's SETTINGS reset it, the TCP connection does not.
    this.#backoff.reset();
    this.connection = connection;
    this.#enter("READY");
  }

  failed(error: Error): void {
    this.#attempt = undefined;
    this.counters.failedAttempts++;
    this.lastError = error;
    const { clock } = this.#settings.platform;
    this.#timer = clock.setTimer(Math.max(0, this.#notBefore - clock.now()), () => {
      this.#enter("CONNECTING");
      this.#startAttempt();
    });
    this.#enter("TRANSIENT_FAILURE");
  }

  /** @internal A call has been opened: the connection has been of use. */
  carried(): void {
    this.#notBefore = Number.NEGATIVE_INFINITY;
  }

  /** @internal */
  slotAvailable(connection: Http2ClientConnection): void {
    if (connection === this.connection) this.#listener.slotAvailable();
  }

  /** @internal */
  draining(connection: Http2ClientConnection, debugText: string): void {
    if (connection === this.connection) this.counters.drained++;
    // gRFC A8: the server finds our PINGs too frequent, later connections ping half as often.
    if (debugText === "too_many_pings" && this.#keepalive !== undefined) {
      this.#keepalive = { ...this.#keepalive, intervalMs: this.#keepalive.intervalMs * 2 };
    }
    this.#leave(connection);
  }

  /** @internal */
  ended(connection: Http2ClientConnection): void {
    this.#live.delete(connection);
    this.#leave(connection);
    if (this.#live.size === 0) this.#allGone?.();
  }

  /** New calls need another connection. */
  #leave(connection: Http2ClientConnection): void {
    if (connection !== this.connection) return;
    this.connection = undefined;
    this.#enter("IDLE");
  }

  #startAttempt(): void {
    this.#timer = undefined;
    this.counters.attempts++;
    // gRPC connection-backoff: the wait counts from the start of the attempt.
    this.#notBefore = this.#settings.platform.clock.now() + this.#backoff.next();
    this.#attempt = new ConnectAttempt(this.#settings, this);
    this.#attempt.start();
  }

  #enter(state: ConnectivityState): void {
    if (this.state === state || this.state === "SHUTDOWN") return;
    this.state = state;
    this.#listener.stateChanged(state);
  }
}

/** Ties a connection's events to its subchannel and its keepalive. */
class LiveConnection implements ClientConnectionListener {
  readonly #subchannel: Subchannel;
  readonly #connection: Http2ClientConnection;
  readonly #pinger: KeepalivePinger | undefined;
  #calls: "none" | "some" = "none";

  constructor(subchannel: Subchannel, connection: Http2ClientConnection, pinger: KeepalivePinger | undefined) {
    this.#subchannel = subchannel;
    this.#connection = connection;
    this.#pinger = pinger;
  }

  ready(): void {}

  exchangeOpened(): void {
    this.#pinger?.exchangeOpened();
    if (this.#calls === "some") return;
    this.#calls = "some";
    this.#subchannel.carried();
  }

  slotAvailable(): void {
    this.#subchannel.slotAvailable(this.#connection);
  }

  draining(debugText: string): void {
    this.#subchannel.draining(this.#connection, debugText);
  }

  ended(): void {
    this.#pinger?.stop();
    this.#subchannel.ended(this.#connection);
  }
}
