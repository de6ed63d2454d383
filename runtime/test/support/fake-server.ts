// SPDX-License-Identifier: Apache-2.0
import { type Exchange, type ExchangeError, field } from "../../src/transport/exchange.js";
import { Http2ServerConnection, type ServerConnectionListener } from "../../src/transport/http2-server.js";
import { type Http2Limits, resolveHttp2Limits } from "../../src/transport/limits.js";
import type { IncomingConnection } from "../../src/transport/socket.js";

/** A request that the fake server has got and the test answers. */
export class FakeExchange {
  readonly exchange: Exchange;
  readonly fields: Readonly<Record<string, string>>;
  reset: ExchangeError | undefined;
  receivedBytes = 0;

  constructor(exchange: Exchange, fields: Readonly<Record<string, string>>) {
    this.exchange = exchange;
    this.fields = fields;
  }

  /** Ends the call OK with one empty message. */
  answer(): void {
    this.exchange.sendHeaders(responseHead, false);
    this.exchange.sendData(new Uint8Array(5), false);
    this.exchange.sendHeaders(okTrailers, true);
    this.exchange.release();
  }
}

const responseHead = [field(":status", "200"), field("content-type", "application/grpc+proto")];
const okTrailers = [field("grpc-status", "0")];

/** An HTTP/2 server in memory whose exchanges the test answers by hand. */
export class FakeServer implements ServerConnectionListener {
  readonly connections: Http2ServerConnection[] = [];
  readonly exchanges: FakeExchange[] = [];
  readonly ended: Http2ServerConnection[] = [];
  readonly drained: Http2ServerConnection[] = [];
  readonly #limits: Http2Limits;

  constructor(limits?: Partial<Http2Limits>) {
    this.#limits = resolveHttp2Limits("server", limits);
  }

  readonly accept = (incoming: IncomingConnection): void => {
    incoming.attach((host) => {
      const connection = new Http2ServerConnection(host, incoming.peer, this.#limits, this);
      this.connections.push(connection);
      return connection.endpoint;
    });
  };

  /** The latest connection. */
  get connection(): Http2ServerConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error("nobody has connected");
    return connection;
  }

  exchangeOpened(...[, exchange, request]: Parameters<ServerConnectionListener["exchangeOpened"]>) {
    const fields = Object.fromEntries(request.fields.map(({ name, value }) => [name, value]));
    const opened = new FakeExchange(exchange, fields);
    this.exchanges.push(opened);
    return {
      headersReceived() {},
      dataReceived(_chunk: Uint8Array, start: number, end: number) {
        opened.receivedBytes += end - start;
        exchange.consumed(end - start);
      },
      outputDrained() {},
      streamReset(error: ExchangeError) {
        opened.reset = error;
        exchange.release();
      },
    };
  }

  connectionEnded(connection: Http2ServerConnection): void {
    this.ended.push(connection);
  }

  connectionDrained(connection: Http2ServerConnection): void {
    this.drained.push(connection);
  }
}
