// SPDX-License-Identifier: Apache-2.0
import { Duplex } from "node:stream";
import type { Peer } from "../rpc/peer.js";
import type { ByteEndpoint, EndpointHost, IncomingConnection } from "../transport/socket.js";
import { peerOf } from "./peer.js";
import { SocketPump } from "./socket-pump.js";

/** An accepted socket until its server attaches an endpoint, which it does within `accept` or not at all. */
export class NodeIncomingConnection implements IncomingConnection {
  readonly peer: Peer;
  readonly #socket: Duplex;
  readonly #head: Uint8Array | undefined;
  readonly #pump: SocketPump;
  #state: "offered" | "attached" | "closed" = "offered";

  /** `path` is the address of a client without one, as on a Unix socket; `head` what was read already. */
  constructor(socket: Duplex, path: string, head: Uint8Array | undefined) {
    this.peer = peerOf(socket, path);
    this.#socket = socket;
    this.#head = head;
    this.#pump = new SocketPump(socket);
  }

  attach(create: (host: EndpointHost) => ByteEndpoint): void {
    if (this.#state !== "offered") throw new Error(`connection is ${this.#state}, attach within accept and once`);
    this.#state = "attached";
    this.#pump.start(create, this.#head);
  }

  closeUnlessAttached(): void {
    if (this.#state !== "offered") return;
    this.#state = "closed";
    this.#socket.destroy();
  }
}

/** Offers a socket that the user opened: cleartext or past its TLS handshake. Throws a TypeError for anything else. */
export function adoptSocket(socket: unknown, accept: (incoming: IncomingConnection) => void): void {
  if (!(socket instanceof Duplex)) {
    throw new TypeError(`socket must be a node:stream Duplex, such as a net.Socket, got ${typeof socket}`);
  }
  const incoming = new NodeIncomingConnection(socket, "", undefined);
  accept(incoming);
  incoming.closeUnlessAttached();
}
