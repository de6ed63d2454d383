// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { lstat, unlink } from "node:fs/promises";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from "node:tls";
import type { ServerTls } from "../rpc/tls.js";
import type { ListenOptions, PlatformListener } from "../transport/platform.js";
import type { IncomingConnection, ListenTarget } from "../transport/socket.js";
import { connectSocket } from "./dialer.js";
import { recognizeFirstBytes } from "./first-bytes.js";
import { Http1Refusal } from "./http1-refusal.js";
import { NodeIncomingConnection } from "./incoming-connection.js";
import { secureContextOptions } from "./tls-settings.js";

/** Connections that have not shown yet what they speak; past it the oldest is closed. */
const maxUndecidedConnections = 4_096;

/**
 * Binds a TCP port or a Unix socket. Every accepted connection that shows HTTP/2's preface, over TLS one that agreed on
 * "h2", goes to `options.accept`; HTTP/1.1 gets a plain answer; everything else ends, told to `options.refused`.
 * Rejects with the system's error, or with one that says what is wrong with the certificates.
 */
export async function listen(target: ListenTarget, options: ListenOptions): Promise<PlatformListener> {
  const tls = await options.tls?.();
  const listener = new NodeListener(target, options, tls);
  await listener.bind();
  return listener;
}

class NodeListener implements PlatformListener {
  readonly #target: ListenTarget;
  readonly #options: ListenOptions;
  readonly #server: Server;
  readonly #tlsServer: TlsServer | undefined;
  readonly #tls: ServerTls | undefined;
  readonly #http1: Http1Refusal;
  /** Sockets in the TLS handshake or before their first bytes, oldest first. */
  readonly #undecided = new Map<string | Duplex, Duplex>();
  #state: "listening" | "closed" = "listening";
  #address: { readonly host: string; readonly port: number } = { host: "", port: 0 };

  constructor(target: ListenTarget, options: ListenOptions, tls: ServerTls | undefined) {
    this.#target = target;
    this.#options = options;
    this.#tls = tls;
    this.#http1 = new Http1Refusal(options.handshakeTimeoutMs);
    if (tls === undefined) {
      this.#server = createServer({ allowHalfOpen: true, noDelay: true });
      this.#server.on("connection", (socket) => this.#sniff(socket));
    } else {
      this.#tlsServer = this.#createTlsServer(tls);
      this.#server = this.#tlsServer;
    }
  }

  get port(): number {
    return this.#address.port;
  }

  get host(): string {
    return this.#address.host;
  }

  async bind(): Promise<void> {
    try {
      await this.#listen();
    } catch (error) {
      if (!("path" in this.#target) || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      // A socket file outlives a server that was killed. Nobody answers there: it is in nobody's use.
      const { path } = this.#target;
      if (!(await lstat(path)).isSocket() || (await answers(path))) throw error;
      await unlink(path);
      await this.#listen();
    }
    // Running out of file descriptors among others. libuv closes what it cannot keep and goes on accepting.
    this.#server.on("error", (error) => this.#options.refused(error));
    const address = this.#server.address();
    if (address !== null && typeof address === "object") {
      this.#address = { host: (address as AddressInfo).address, port: (address as AddressInfo).port };
    } else if ("path" in this.#target) {
      this.#address = { host: this.#target.path, port: 0 };
    }
  }

  async reloadTls(): Promise<void> {
    if (this.#tlsServer === undefined || this.#options.tls === undefined) return;
    const tls = await this.#options.tls();
    const [now, then] = [tls.clientCertificate ?? "none", this.#tls?.clientCertificate ?? "none"];
    if (now !== then) {
      throw new Error(`tls.clientCertificate cannot change while listening: it was "${then}", got "${now}"`);
    }
    this.#tlsServer.setSecureContext(secureContextOptions(tls));
  }

  /** Resolves once the port is free; does not wait for the accepted connections as Node's own callback does. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#server.close();
    for (const socket of this.#undecided.values()) socket.destroy();
    this.#undecided.clear();
    await new Promise((resolve) => setImmediate(resolve));
  }

  async #listen(): Promise<void> {
    const listening = once(this.#server, "listening");
    this.#server.listen(this.#target);
    await listening;
  }

  #createTlsServer(tls: ServerTls): TlsServer {
    const clientCertificate = tls.clientCertificate ?? "none";
    const server = createTlsServer({
      ...secureContextOptions(tls),
      // Net's options, which the types of tls leave out.
      ...{ allowHalfOpen: true, noDelay: true },
      ALPNProtocols: ["h2", "http/1.1"],
      requestCert: clientCertificate !== "none",
      rejectUnauthorized: clientCertificate === "require",
      handshakeTimeout: this.#options.handshakeTimeoutMs,
    });
    server.on("connection", (socket) => {
      const key = socketKey(socket);
      this.#addUndecided(key, socket);
      socket.once("close", () => this.#undecided.delete(key));
    });
    server.on("tlsClientError", (error, socket) => {
      this.#undecided.delete(socketKey(socket));
      this.#refuse(socket, `TLS handshake failed: ${describeHandshakeError(error)}`, error);
    });
    server.on("secureConnection", (socket) => {
      this.#undecided.delete(socketKey(socket));
      this.#secured(socket);
    });
    return server;
  }

  #secured(socket: TLSSocket): void {
    if (this.#state === "closed") socket.destroy();
    else if (socket.alpnProtocol === "h2") this.#accept(socket, undefined);
    else if (socket.alpnProtocol === "http/1.1") this.#http1.handle(socket, undefined);
    // RFC 9113 §3.3: HTTP/2 over TLS is agreed on by ALPN.
    else this.#refuse(socket, "TLS client negotiated no ALPN protocol, HTTP/2 needs h2");
  }

  /** Waits for the first bytes of a cleartext connection. */
  #sniff(socket: Socket): void {
    if (this.#state === "closed") {
      socket.destroy();
      return;
    }
    let head: Uint8Array | undefined;
    const timer = setTimeout(() => {
      decide();
      this.#refuse(socket, `no HTTP/2 preface within ${this.#options.handshakeTimeoutMs} ms`);
    }, this.#options.handshakeTimeoutMs);
    timer.unref();
    const decide = () => {
      clearTimeout(timer);
      this.#undecided.delete(socket);
      socket.off("data", received).off("end", ended).off("close", ended);
    };
    const ended = () => {
      decide();
      // A port scan or a health check that only connects is nothing to report.
      if (head === undefined) socket.destroy();
      else this.#refuse(socket, "connection ended within HTTP/2's preface");
    };
    const received = (chunk: Uint8Array) => {
      head = head === undefined ? chunk : Buffer.concat([head, chunk]);
      const first = recognizeFirstBytes(head);
      if (first.protocol === "undecided") return;
      decide();
      if (first.protocol === "unknown") {
        this.#refuse(socket, first.reason);
        return;
      }
      // Paused until the next reader is there, or what comes in between would be lost.
      socket.pause();
      if (first.protocol === "http2") this.#accept(socket, head);
      else this.#http1.handle(socket, head);
      // Whoever has the socket now hears its errors. Nothing of the wait must stay with the connection.
      socket.off("error", destroyThis);
    };
    socket.on("error", destroyThis);
    socket.on("data", received).on("end", ended).on("close", ended);
    this.#addUndecided(socket, socket);
  }

  #accept(socket: Duplex, head: Uint8Array | undefined): void {
    const path = "path" in this.#target ? this.#target.path : "";
    const incoming = new NodeIncomingConnection(socket, path, head);
    this.#options.accept(incoming satisfies IncomingConnection);
    incoming.closeUnlessAttached();
  }

  #refuse(socket: Duplex, reason: string, cause?: Error): void {
    const { remoteAddress, remotePort } = socket as Socket;
    const from = remoteAddress === undefined ? "" : ` from ${remoteAddress}:${remotePort}`;
    socket.destroy();
    if (this.#state === "listening")
      this.#options.refused(new Error(`connection${from} refused: ${reason}`, { cause }));
  }

  #addUndecided(key: string | Duplex, socket: Duplex): void {
    this.#undecided.set(key, socket);
    if (this.#undecided.size <= maxUndecidedConnections) return;
    const [[oldestKey, oldest]] = this.#undecided as unknown as Iterable<[string | Duplex, Duplex]> as [
      [string | Duplex, Duplex],
    ];
    this.#undecided.delete(oldestKey);
    this.#refuse(oldest, `more than ${maxUndecidedConnections} connections have sent nothing yet, this is the oldest`);
  }
}

/** One for all sockets, so that waiting for the first bytes makes none. */
function destroyThis(this: Socket): void {
  this.destroy();
}

/** What a TLS socket and the raw socket below it have in common; Node shows no other link between them. */
function socketKey(socket: Socket): string | Duplex {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  return remoteAddress === undefined ? socket : `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}

function describeHandshakeError(error: NodeJS.ErrnoException): string {
  if (error.code === "ERR_SSL_HTTP_REQUEST") return "the client speaks HTTP in cleartext on a TLS port";
  if (error.code === "ERR_SSL_WRONG_VERSION_NUMBER") return "the client's first bytes are no TLS record";
  if (error.code === "ERR_SSL_NO_APPLICATION_PROTOCOL") return "the client offers neither h2 nor http/1.1 in ALPN";
  if (error.code === "ECONNRESET") return "the client closed the connection";
  return error.message;
}

/** Whether a server accepts connections at a Unix socket's path. */
async function answers(path: string): Promise<boolean> {
  const socket = connectSocket({ path });
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") return false;
    throw error;
  } finally {
    socket.destroy();
  }
}
