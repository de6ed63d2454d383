// SPDX-License-Identifier: Apache-2.0
import type { Clock, Timer } from "../rpc/clock.js";
import type { Peer } from "../rpc/peer.js";
import { type ClientConnectionListener, Http2ClientConnection } from "../transport/http2-client.js";
import type { Http2Counters, Http2Limits } from "../transport/limits.js";
import type { DialOptions, Platform } from "../transport/platform.js";
import type { ByteEndpoint, DialAttempt, DialListener, EndpointHost, SocketAddress } from "../transport/socket.js";
import { formatAddress } from "./target.js";

/** What it takes to connect to a server. */
export interface ConnectSettings {
  readonly platform: Pick<Platform, "clock" | "dial">;
  /** Tried in order; at least one. */
  readonly addresses: readonly SocketAddress[];
  readonly dialOptions: DialOptions;
  readonly limits: Http2Limits;
  /** Counts what of the limits is hit, on every connection. */
  readonly limitCounters: Http2Counters;
  /** For all addresses together, TCP, TLS and the server's SETTINGS included. */
  readonly connectTimeoutMs: number;
}

/** How an attempt came out: exactly one call, and none after `cancel`. */
export interface ConnectOutcome {
  /** SETTINGS have arrived. The connection's listener is to be replaced before this returns. */
  connected(connection: Http2ClientConnection): void;
  /** No address answered. The message names each with its reason, `cause` is the last one's error. */
  failed(error: Error): void;
}

/**
 * One attempt to reach a server: its addresses in order under one deadline. An address that does not answer may use its
 * even share of the time that is left, so that a black hole does not starve those after it.
 */
export class ConnectAttempt {
  readonly #settings: ConnectSettings;
  readonly #outcome: ConnectOutcome;
  readonly #deadlineAt: number;
  readonly #failures: string[] = [];
  #current: AddressAttempt | undefined;

  constructor(settings: ConnectSettings, outcome: ConnectOutcome) {
    this.#settings = settings;
    this.#outcome = outcome;
    this.#deadlineAt = settings.platform.clock.now() + settings.connectTimeoutMs;
  }

  /** Starts with the first address. Called once. */
  start(): void {
    this.#tryAddress(0);
  }

  /** Gives up; the outcome hears nothing. */
  cancel(): void {
    this.#current?.cancel();
  }

  #tryAddress(index: number): void {
    const { addresses, connectTimeoutMs, platform } = this.#settings;
    const address = addresses[index];
    const leftMs = Math.max(0, this.#deadlineAt - platform.clock.now());
    const timeLimit = { timeoutMs: leftMs / (addresses.length - index), connectTimeoutMs };
    this.#current = new AddressAttempt(this.#settings, address, timeLimit, {
      connected: (connection) => this.#outcome.connected(connection),
      failed: (error) => {
        const text = formatAddress(address);
        this.#failures.push(error.message.includes(text) ? error.message : `${text}: ${error.message}`);
        if (index + 1 < addresses.length) this.#tryAddress(index + 1);
        else this.#outcome.failed(new Error(this.#failures.join("; "), { cause: error }));
      },
    });
    this.#current.start();
  }
}

interface TimeLimit {
  readonly timeoutMs: number;
  /** The option's value, for the error. */
  readonly connectTimeoutMs: number;
}

/** One address, from the dial to the server's SETTINGS. */
class AddressAttempt implements DialListener, ClientConnectionListener {
  readonly #settings: ConnectSettings;
  readonly #address: SocketAddress;
  readonly #timeLimit: TimeLimit;
  readonly #outcome: ConnectOutcome;
  readonly #clock: Clock;
  #state: "dialing" | "awaitingSettings" | "settled" = "dialing";
  #dial: DialAttempt | undefined;
  #connection: Http2ClientConnection | undefined;
  #timer: Timer | undefined;

  constructor(settings: ConnectSettings, address: SocketAddress, timeLimit: TimeLimit, outcome: ConnectOutcome) {
    this.#settings = settings;
    this.#address = address;
    this.#timeLimit = timeLimit;
    this.#outcome = outcome;
    this.#clock = settings.platform.clock;
  }

  start(): void {
    this.#timer = this.#clock.setTimer(this.#timeLimit.timeoutMs, () => this.#timeReached());
    const { platform, dialOptions } = this.#settings;
    try {
      this.#dial = platform.dial(this.#address, dialOptions, this);
    } catch (error) {
      // Such as a certificate the platform cannot read.
      this.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  cancel(): void {
    if (this.#state === "settled") return;
    this.#settle();
    this.#abandon();
  }

  connected(host: EndpointHost, peer: Peer): ByteEndpoint {
    const { limits, limitCounters } = this.#settings;
    const connection = new Http2ClientConnection(host, peer, limits, this, limitCounters);
    this.#connection = connection;
    this.#state = "awaitingSettings";
    return connection;
  }

  failed(error: Error): void {
    if (this.#state === "settled") return;
    this.#settle();
    this.#outcome.failed(error);
  }

  ready(): void {
    const connection = this.#connection;
    if (this.#state === "settled" || connection === undefined) return;
    this.#settle();
    this.#outcome.connected(connection);
  }

  ended(error: Error | undefined): void {
    this.failed(error ?? new Error("the server closed the connection before its SETTINGS"));
  }

  draining(_debugText: string): void {}

  slotAvailable(): void {}

  exchangeOpened(): void {}

  #timeReached(): void {
    const awaited = this.#state === "dialing" ? "no connection" : "connected, but no HTTP/2 SETTINGS";
    const { connectTimeoutMs } = this.#timeLimit;
    this.#settle();
    this.#abandon();
    this.#outcome.failed(new Error(`${awaited} within connectTimeoutMs (${connectTimeoutMs})`));
  }

  #settle(): void {
    this.#state = "settled";
    this.#timer?.cancel();
  }

  #abandon(): void {
    if (this.#connection === undefined) this.#dial?.cancel();
    else this.#connection.close();
  }
}
