// SPDX-License-Identifier: Apache-2.0
import { Connection, type ConnectionState } from "../http2/connection.js";
import type { ConnectionError } from "../http2/errors.js";
import type { ConnectionListener } from "../http2/host.js";
import type { Http2Counters, Http2Limits } from "../http2/limits.js";
import type { Stream } from "../http2/stream.js";
import type { Peer } from "../rpc/peer.js";
import { type Exchange, type ExchangeListener, type Field, type FieldSection, sectionBytes } from "./exchange.js";
import type { ByteEndpoint, EndpointHost } from "./socket.js";
import { WatchedHost } from "./watched-host.js";

/** What a connection tells the subchannel that made it. */
export interface ClientConnectionListener {
  /** The server's first SETTINGS: it is there and speaks HTTP/2. */
  ready(): void;
  /**
   * No new exchanges on this connection; those the server has accepted go on: it sent GOAWAY, with this debug data
   * (RFC 9113 §6.8), or the stream identifiers are used up (§5.1.1).
   */
  draining(debugText: string): void;
  /** After `open` returned undefined for want of a slot: one is free. */
  slotAvailable(): void;
  /** An exchange was opened; `streams` counts it. */
  exchangeOpened(): void;
  /** Once, last. The error is undefined after an orderly end. */
  ended(error: ConnectionError | undefined): void;
}

// RFC 9113 §6.5.2: no limit until SETTINGS say so; "It is recommended that this value be no smaller than 100".
const maxStreamsBeforeSettings = 100;

/** A connection to a server, from its first byte: what calls are opened on, and what the socket pump drives. */
export class Http2ClientConnection implements ByteEndpoint, ConnectionListener {
  readonly peer: Peer;
  /** Whoever owns the connection now: first the attempt that makes it, then the subchannel. */
  listener: ClientConnectionListener;
  /** Monotonic milliseconds of the last bytes read. */
  lastReadAt: number;
  readonly #host: EndpointHost;
  readonly #connection: Connection;
  #settings: "awaited" | "received" = "awaited";
  /** A constant head that the server accepts. */
  #accepted: readonly Field[] | undefined;

  /** Queues the client's preface at once. Without `counters` it has its own. */
  constructor(
    host: EndpointHost,
    peer: Peer,
    limits: Http2Limits,
    listener: ClientConnectionListener,
    counters?: Http2Counters,
  ) {
    this.peer = peer;
    this.listener = listener;
    this.lastReadAt = host.now();
    this.#host = host;
    const watched = new WatchedHost(host, (error) => this.listener.ended(error));
    this.#connection = new Connection("client", watched, this, limits, counters);
    this.#connection.start();
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Open exchanges. */
  get streams(): number {
    return this.#connection.streams;
  }

  /** How often each limit was hit, on all connections that share the counters. */
  get counters(): Http2Counters {
    return this.#connection.counters;
  }

  /** How large a request's head the server accepts, as `sectionBytes` counts; Infinity when it has not said. */
  get maxHeaderListBytes(): number {
    return this.#connection.peerSettings.maxHeaderListBytes;
  }

  /** Whether the server accepts a head of these fields; a head that is not, it answers 431 or by a reset. */
  accepts(fields: readonly Field[]): boolean {
    if (fields === this.#accepted) return true;
    if (sectionBytes(fields) > this.maxHeaderListBytes) return false;
    if (Object.isFrozen(fields)) this.#accepted = fields;
    return true;
  }

  /** Opens an exchange; undefined when the server's MAX_CONCURRENT_STREAMS is reached or the connection is draining. */
  open(fields: readonly Field[], endStream: boolean, listener: ExchangeListener): Exchange | undefined {
    if (this.#settings === "awaited" && this.#connection.streams >= maxStreamsBeforeSettings) return undefined;
    const connection = this.#connection;
    const stream = connection.openStream(fields, endStream, listener);
    if (stream !== undefined) this.listener.exchangeOpened();
    else if (connection.state === "open" && connection.streams < connection.peerSettings.maxConcurrentStreams) {
      // RFC 9113 §5.1.1: "A client that is unable to establish a new stream identifier can establish a new connection".
      connection.shutdown();
      this.listener.draining("");
    }
    return stream;
  }

  /** Calls back with the round trip's milliseconds; with undefined when the connection ends first. */
  ping(callback: (roundTripMs: number | undefined) => void): void {
    this.#connection.ping(callback);
  }

  /** Graceful: GOAWAY, nothing new, the end comes with the last exchange's. */
  shutdown(): void {
    this.#connection.shutdown();
  }

  /** At once: GOAWAY, every exchange is reset, the socket closes after the last bytes. */
  close(errorCode?: number, debugData?: string): void {
    this.#connection.close(errorCode, debugData);
  }

  receive(chunk: Uint8Array): boolean {
    this.lastReadAt = this.#host.now();
    return this.#connection.receive(chunk);
  }

  continueReceive(): boolean {
    return this.#connection.continueReceive();
  }

  /** The socket is gone, or is given up for dead: exchanges end as lost with their connection. */
  inputEnded(reason?: Error): void {
    this.#connection.inputEnded(reason);
  }

  takeOutput(): Uint8Array | undefined {
    return this.#connection.takeOutput();
  }

  outputWritten(bytes: number): void {
    this.#connection.outputWritten(bytes);
  }

  nextTimeout(): number {
    return this.#connection.nextTimeout();
  }

  handleTimeout(now: number): void {
    this.#connection.handleTimeout(now);
  }

  streamOpened(_stream: Stream, _request: FieldSection, _endStream: boolean): ExchangeListener {
    throw new Error("a server opened a stream; push is disabled (RFC 9113 §8.4)");
  }

  settingsReceived(): void {
    this.#accepted = undefined;
    if (this.#settings === "received") return;
    this.#settings = "received";
    this.listener.ready();
  }

  goawayReceived(_lastStreamId: number, _errorCode: number, debugData: Uint8Array): void {
    this.listener.draining(new TextDecoder().decode(debugData));
  }

  streamSlotAvailable(): void {
    this.listener.slotAvailable();
  }
}
