// SPDX-License-Identifier: Apache-2.0
import type { ConnectionHost } from "../http2/host.js";
import type { Peer } from "../rpc/peer.js";

/** What a connection asks of the platform's socket pump. */
export type EndpointHost = ConnectionHost;

/** A connection as the platform's socket pump drives it: bytes in, bytes out, time fed in. */
export interface ByteEndpoint {
  /** False: the turn's budget is used up; call `continueReceive` in a later turn before reading on. */
  receive(chunk: Uint8Array): boolean;
  continueReceive(): boolean;
  /** The peer ended its side, or the socket failed. */
  inputEnded(reason?: Error): void;
  takeOutput(): Uint8Array | undefined;
  outputWritten(bytes: number): void;
  nextTimeout(): number;
  handleTimeout(now: number): void;
}

/** A socket that a client opened to us, past TLS and ALPN. */
export interface IncomingConnection {
  readonly peer: Peer;
  /** Starts pumping between the socket and the endpoint that `create` makes. */
  attach(create: (host: EndpointHost) => ByteEndpoint): void;
}

/** Where a server listens. */
export type ListenTarget = { readonly host: string; readonly port: number } | { readonly path: string };

/** A listening socket. */
export interface SocketListener {
  /** The port really bound; 0 for a Unix socket. */
  readonly port: number;
  readonly host: string;
  /** Stops accepting; resolves when the listening socket is gone. Accepted sockets live on. */
  close(): Promise<void>;
}

/** One address a client can dial. */
export type SocketAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** A socket being opened, with TLS when asked for. */
export interface DialAttempt {
  /** Gives up; nothing is called back afterwards. */
  cancel(): void;
}

/** Called as a dial goes on. */
export interface DialListener {
  /** The socket is open and past TLS and ALPN: make the endpoint, which is pumped from then on. */
  connected(host: EndpointHost, peer: Peer): ByteEndpoint;
  failed(error: Error): void;
}
