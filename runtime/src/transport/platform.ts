// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../rpc/clock.js";
import type { Compressor } from "../rpc/compression.js";
import type { ContextStorage } from "../rpc/server-context.js";
import type { ClientTls, ServerTls } from "../rpc/tls.js";
import type {
  DialAttempt,
  DialListener,
  IncomingConnection,
  ListenTarget,
  SocketAddress,
  SocketListener,
} from "./socket.js";

/** What a runtime gives the portable core: time, sockets, compression, context. Implemented in node/. */
export interface Platform {
  readonly clock: Clock;
  /** Absent where the runtime has none: calls then inherit nothing unless `parent` is given. */
  readonly contextStorage: ContextStorage | undefined;
  /** In order of preference. */
  readonly compressors: readonly Compressor[];
  /** Binds and accepts until closed. Rejects with the system's error, naming the target. */
  listen(target: ListenTarget, options: ListenOptions): Promise<PlatformListener>;
  /** Takes over a socket that is open already (cleartext, or a TLS socket past its handshake). */
  adopt(socket: unknown, accept: (incoming: IncomingConnection) => void): void;
  /** One line for whoever runs the process: stderr. Never throws. */
  report(line: string): void;
  dial(address: SocketAddress, options: DialOptions, listener: DialListener): DialAttempt;
}

export interface ListenOptions {
  /** Asked for once per `listen` and again at each `reloadTls`; undefined: cleartext. */
  readonly tls: (() => ServerTls | Promise<ServerTls>) | undefined;
  /** Milliseconds for TLS and for the first bytes each. */
  readonly handshakeTimeoutMs: number;
  accept(incoming: IncomingConnection): void;
  /** A connection that ended before it could be handed over: TLS failed, no HTTP/2 preface, … */
  refused(reason: Error): void;
}

export interface PlatformListener extends SocketListener {
  /** Asks for the certificates again; connections accepted from then on use them. */
  reloadTls(): Promise<void>;
}

export interface DialOptions {
  /** Undefined: cleartext. */
  readonly tls: ClientTls | undefined;
  /** SNI and the name the certificate must carry. */
  readonly serverName: string;
}
