// SPDX-License-Identifier: Apache-2.0
import { isIP, connect as netConnect, type Socket } from "node:net";
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from "node:tls";
import type { ClientTls } from "../rpc/tls.js";
import type { DialOptions } from "../transport/platform.js";
import type { DialAttempt, DialListener, SocketAddress } from "../transport/socket.js";
import { describeCertificate, peerOf } from "./peer.js";
import { checkIdentity } from "./runtime-differences.js";
import { SocketPump } from "./socket-pump.js";
import { secureContextOptions } from "./tls-settings.js";

/**
 * Opens a socket, with TLS when asked for, and pumps it from then on. Exactly one of the listener's methods is called,
 * never before `dial` returns and never after `cancel`. Errors name the address and carry the system's as `cause`.
 */
export function dial(address: SocketAddress, options: DialOptions, listener: DialListener): DialAttempt {
  return new NodeDialAttempt(address, options, listener);
}

class NodeDialAttempt implements DialAttempt {
  readonly #address: SocketAddress;
  readonly #listener: DialListener;
  #state: "dialling" | "done" = "dialling";
  #socket: Socket | undefined;

  constructor(address: SocketAddress, options: DialOptions, listener: DialListener) {
    this.#address = address;
    this.#listener = listener;
    try {
      if (options.tls === undefined) this.#dialCleartext();
      else this.#dialTls(options.tls, options.tls.serverName ?? options.serverName);
    } catch (error) {
      // Certificates that cannot be used, or an address no system call would take.
      process.nextTick(() => this.#fail((error as Error).message, error));
    }
  }

  cancel(): void {
    if (this.#state === "done") return;
    this.#state = "done";
    this.#socket?.destroy();
  }

  #dialCleartext(): void {
    const socket = connectSocket(this.#address);
    this.#watch(socket);
    socket.once("connect", () => this.#connected(socket));
  }

  #dialTls(tls: ClientTls, serverName: string): void {
    const socket = tlsConnect({ ...socketOptions(this.#address), ...clientTlsOptions(tls, serverName) });
    this.#watch(socket);
    socket.once("secureConnect", () => {
      // RFC 9113 §3.3: HTTP/2 over TLS is agreed on by ALPN.
      if (socket.alpnProtocol === "h2") this.#connected(socket);
      else this.#fail("the server negotiated no ALPN protocol, HTTP/2 needs h2");
    });
  }

  #watch(socket: Socket): void {
    this.#socket = socket;
    socket.on("error", (error) => this.#fail(describeDialError(error), error));
    socket.once("close", () => this.#fail("the server closed the connection"));
  }

  #connected(socket: Socket | TLSSocket): void {
    if (this.#state === "done") return;
    this.#state = "done";
    const path = "path" in this.#address ? this.#address.path : this.#address.host;
    const peer = peerOf(socket, path);
    new SocketPump(socket).start((host) => this.#listener.connected(host, peer));
  }

  #fail(reason: string, cause?: unknown): void {
    if (this.#state === "done") return;
    this.#state = "done";
    this.#socket?.destroy();
    const error = new Error(`cannot connect to ${formatAddress(this.#address)}: ${reason}`, { cause });
    this.#listener.failed(error);
  }
}

/** Opens a cleartext socket. */
export function connectSocket(address: SocketAddress): Socket {
  return netConnect(socketOptions(address));
}

function socketOptions(address: SocketAddress) {
  const options = { allowHalfOpen: true, noDelay: true };
  return "path" in address
    ? { ...options, path: address.path }
    : { ...options, host: address.host, port: address.port };
}

function clientTlsOptions(tls: ClientTls, serverName: string): ConnectionOptions {
  const name = serverName.replace(/^\[(.*)\]$/, "$1");
  const options: ConnectionOptions = {
    ...secureContextOptions(tls),
    ALPNProtocols: ["h2"],
    // Always ours: Node would compare with the address dialled where there is no SNI.
    checkServerIdentity: (_host, certificate) =>
      tls.checkServerIdentity === undefined
        ? checkIdentity(name, certificate)
        : tls.checkServerIdentity(name, describeCertificate(certificate.raw)),
  };
  // RFC 6066 §3: SNI carries no IP addresses.
  if (isIP(name) === 0) options.servername = name;
  return options;
}

function formatAddress(address: SocketAddress): string {
  if ("path" in address) return `unix:${address.path}`;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function describeDialError(error: NodeJS.ErrnoException): string {
  // Several addresses were tried; the message of the sum is empty.
  if (error instanceof AggregateError) return error.errors.map((one: Error) => one.message).join(", ");
  switch (error.code) {
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
      return `the server does not speak TLS (${error.code})`;
    case "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL":
      return "the server refuses h2 in ALPN, it does not speak HTTP/2";
    default:
      return error.message;
  }
}
