// SPDX-License-Identifier: Apache-2.0
import { Connection, type ConnectionState } from "../http2/connection.js";
import type { ConnectionError } from "../http2/errors.js";
import type { ConnectionListener } from "../http2/host.js";
import type { Http2Counters, Http2Limits } from "../http2/limits.js";
import type { Stream } from "../http2/stream.js";
import type { Peer } from "../rpc/peer.js";
import type { Exchange, ExchangeListener, FieldSection } from "./exchange.js";
import type { ByteEndpoint, EndpointHost } from "./socket.js";
import { WatchedHost } from "./watched-host.js";

/** What a connection tells the server that accepted it. */
export interface ServerConnectionListener {
  /** A request whose head is well-formed. The listener returned gets the rest of the exchange. */
  exchangeOpened(
    connection: Http2ServerConnection,
    exchange: Exchange,
    request: FieldSection,
    endStream: boolean,
  ): ExchangeListener;
  /** Once. The error says which rule was broken by whom; undefined after an orderly end. */
  connectionEnded(connection: Http2ServerConnection, error: ConnectionError | undefined): void;
  /** After GOAWAY in either direction: the last exchange has ended. */
  connectionDrained(connection: Http2ServerConnection): void;
}

/** One client's HTTP/2 connection. Streams are handed on as exchanges as they are, without a wrapper. */
export class Http2ServerConnection implements ConnectionListener {
  readonly peer: Peer;
  readonly #connection: Connection;
  readonly #listener: ServerConnectionListener;

  /** Queues the server's preface at once. Without `counters` it has its own. */
  constructor(
    host: EndpointHost,
    peer: Peer,
    limits: Http2Limits,
    listener: ServerConnectionListener,
    counters?: Http2Counters,
  ) {
    this.peer = peer;
    this.#listener = listener;
    const watched = new WatchedHost(host, (error) => listener.connectionEnded(this, error));
    this.#connection = new Connection("server", watched, this, limits, counters);
    this.#connection.start();
  }

  /** What the socket pump drives. */
  get endpoint(): ByteEndpoint {
    return this.#connection;
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Open streams, and ended ones whose handlers still run. */
  get streams(): number {
    return this.#connection.streams;
  }

  /** How often each limit was hit, on all connections that share the counters. */
  get counters(): Http2Counters {
    return this.#connection.counters;
  }

  /** Graceful: two GOAWAYs around a PING, streams run to their end, then `connectionDrained` (RFC 9113 §6.8). */
  shutdown(): void {
    this.#connection.shutdown();
  }

  /** At once: GOAWAY, every exchange is reset, the socket closes after the last bytes. */
  close(errorCode?: number, debugData?: string): void {
    this.#connection.close(errorCode, debugData);
  }

  streamOpened(stream: Stream, request: FieldSection, endStream: boolean): ExchangeListener {
    return this.#listener.exchangeOpened(this, stream, request, endStream);
  }

  settingsReceived(): void {}

  goawayReceived(_lastStreamId: number, _errorCode: number, _debugData: Uint8Array): void {}

  drained(): void {
    this.#listener.connectionDrained(this);
  }
}
