// SPDX-License-Identifier: Apache-2.0
/// <reference lib="esnext.disposable" />
import type { DescService } from "@bufbuild/protobuf";
import { RunningCalls } from "../call/running-calls.js";
import type { CallInfo, CancellableCall, Handler, ServerEngine } from "../call/server-engine.js";
import { TimerWheel } from "../call/timer-wheel.js";
import type { CompressionSettings } from "../protocol/compression.js";
import { grpcServer } from "../protocol/grpc/grpc-server.js";
import type { Code } from "../rpc/code.js";
import type { HandlersOf } from "../rpc/handlers.js";
import type { Interceptor } from "../rpc/interceptor.js";
import type { ServiceDefinition } from "../rpc/method.js";
import type { ServerContext } from "../rpc/server-context.js";
import type { Exchange, ExchangeListener, FieldSection } from "../transport/exchange.js";
import { Http2ServerConnection, type ServerConnectionListener } from "../transport/http2-server.js";
import { createHttp2Counters } from "../transport/limits.js";
import type { Platform, PlatformListener } from "../transport/platform.js";
import type { IncomingConnection, ListenTarget } from "../transport/socket.js";
import { CallDispatcher } from "./call-dispatcher.js";
import { GracefulStop, type ShutdownReport } from "./graceful-stop.js";
import { formatListenTarget, parseListenTarget } from "./listen-target.js";
import {
  checkInterceptors,
  checkNames,
  type ResolvedServerOptions,
  resolveServerOptions,
  type ServerOptions,
} from "./server-options.js";
import { CallCounters, type ServerStats } from "./server-stats.js";
import { ServiceRegistry } from "./service-registry.js";

/** Where a server listens. */
export interface ServerAddress {
  /** `127.0.0.1:50051`, `[::1]:50051` or `unix:/run/x.sock`: what a channel takes. */
  readonly target: string;
  readonly host: string;
  /** 0 for a Unix socket. */
  readonly port: number;
}

/** Serves services on any number of addresses. Dispose is `shutdown({ graceMs: 0 })`. */
export interface Server extends AsyncDisposable {
  /** Throws when a handler is missing or the service has been added already. */
  addService<S extends ServiceDefinition | DescService>(
    service: S,
    handlers: HandlersOf<S>,
    options?: { readonly interceptors?: readonly Interceptor[] | undefined },
  ): this;
  /** Serves methods that no service has, with raw messages: proxies. */
  setFallback(handler: (request: AsyncIterable<Uint8Array>, context: ServerContext) => AsyncIterable<Uint8Array>): this;
  /** Binds an address; call again for more. Rejects with the system's error. */
  listen(
    target: string | { readonly host: string; readonly port: number } | { readonly path: string },
  ): Promise<ServerAddress>;
  /** Serves an already open socket. */
  accept(socket: unknown): void;
  /** Asks `tls` again; connections accepted from then on use what it gives. Rejects, and changes nothing, when that is unusable. */
  reloadTls(): Promise<void>;
  /** Stops accepting, lets running calls end for up to `graceMs` (default 10,000), cuts the rest UNAVAILABLE. Always settles, within a second of the grace. */
  shutdown(options?: { readonly graceMs?: number | undefined }): Promise<ShutdownReport>;
  stats(): ServerStats;
}

/** The server on any platform; `createServer` gives it the runtime's. */
export class PetrelServer implements Server, ServerEngine, ServerConnectionListener {
  readonly platform: Platform;
  readonly wheel: TimerWheel;
  readonly compression: CompressionSettings;
  readonly receiveMaxBytes: number;
  readonly sendMaxBytes: number;
  readonly maxTimeoutMs: number;
  readonly #options: ResolvedServerOptions;
  readonly #registry: ServiceRegistry;
  readonly #dispatcher: CallDispatcher;
  readonly #listeners = new Set<PlatformListener>();
  readonly #connections = new Set<Http2ServerConnection>();
  readonly #calls = new RunningCalls<CancellableCall>();
  readonly #counters = new CallCounters();
  readonly #limitCounters = createHttp2Counters();
  #messagesTooLarge = 0;
  #accepted = 0;
  #refusedConnections = 0;
  #stop: GracefulStop | undefined;

  constructor(platform: Platform, options: ServerOptions = {}) {
    this.platform = platform;
    this.#options = resolveServerOptions(options, platform.compressors);
    this.wheel = new TimerWheel(platform.clock);
    this.compression = this.#options.compression;
    this.receiveMaxBytes = this.#options.receiveMaxBytes;
    this.sendMaxBytes = this.#options.sendMaxBytes;
    this.maxTimeoutMs = this.#options.maxTimeoutMs;
    this.#registry = new ServiceRegistry(this.#options.interceptors);
    this.#dispatcher = new CallDispatcher(this, grpcServer, this.#registry, () => this.#counters.refuse());
  }

  addService<S extends ServiceDefinition | DescService>(
    service: S,
    handlers: HandlersOf<S>,
    options: { readonly interceptors?: readonly Interceptor[] | undefined } = {},
  ): this {
    checkNames("option of addService", options, ["interceptors"]);
    this.#registry.add(service, handlers, checkInterceptors(options.interceptors ?? []));
    return this;
  }

  setFallback(
    handler: (request: AsyncIterable<Uint8Array>, context: ServerContext) => AsyncIterable<Uint8Array>,
  ): this {
    this.#registry.setFallback(handler as Handler);
    return this;
  }

  async listen(target: string | ListenTarget): Promise<ServerAddress> {
    const where = parseListenTarget(target);
    this.#refuseWhenStopping("listen");
    const listener = await this.platform.listen(where, {
      tls: this.#options.tls,
      handshakeTimeoutMs: this.#options.handshakeTimeoutMs,
      accept: (incoming) => this.acceptConnection(incoming),
      refused: (reason) => this.#connectionRefused(reason),
    });
    if (this.#stop !== undefined) {
      await listener.close();
      this.#refuseWhenStopping("listen");
    }
    this.#listeners.add(listener);
    return { target: formatListenTarget(where, listener.port), host: listener.host, port: listener.port };
  }

  accept(socket: unknown): void {
    this.#refuseWhenStopping("accept");
    this.platform.adopt(socket, (incoming) => this.acceptConnection(incoming));
  }

  async reloadTls(): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener.reloadTls()));
  }

  shutdown(options: { readonly graceMs?: number | undefined } = {}): Promise<ShutdownReport> {
    const graceMs = options.graceMs ?? 10_000;
    if (typeof graceMs !== "number" || !(graceMs >= 0)) {
      return Promise.reject(
        new RangeError(`graceMs must be a number of milliseconds, 0 or more, got ${String(graceMs)}`),
      );
    }
    if (this.#stop === undefined) {
      this.#stop = new GracefulStop(this.platform.clock, this.#listeners, this.#connections, this.#calls);
      this.#stop.begin();
    }
    this.#stop.cutWithin(graceMs);
    return this.#stop.report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown({ graceMs: 0 });
  }

  stats(): ServerStats {
    return {
      calls: this.#counters.snapshot(),
      connections: { accepted: this.#accepted, open: this.#connections.size, refused: this.#refusedConnections },
      limits: { ...this.#limitCounters, receiveMaxBytes: this.#messagesTooLarge },
    };
  }

  /** Serves a connection, past TLS and ALPN. */
  acceptConnection(incoming: IncomingConnection): void {
    // Not attached, so closed: it arrived while the listening socket was on its way out.
    if (this.#stop !== undefined) return;
    this.#accepted++;
    incoming.attach((host) => {
      const connection = new Http2ServerConnection(
        host,
        incoming.peer,
        this.#options.limits,
        this,
        this.#limitCounters,
      );
      this.#connections.add(connection);
      return connection.endpoint;
    });
  }

  exchangeOpened(
    connection: Http2ServerConnection,
    exchange: Exchange,
    request: FieldSection,
    endStream: boolean,
  ): ExchangeListener {
    return this.#dispatcher.dispatch(exchange, request, endStream, connection.peer);
  }

  connectionEnded(connection: Http2ServerConnection): void {
    if (!this.#connections.delete(connection)) return;
    this.#stop?.connectionEnded();
  }

  connectionDrained(): void {}

  callStarted(call: CancellableCall): void {
    this.#counters.started++;
    this.#counters.running++;
    this.#calls.add(call);
  }

  callEnded(call: CancellableCall, code: Code): void {
    this.#counters.ended(code);
    this.#calls.delete(call);
    this.#stop?.callEnded();
  }

  messageTooLarge(): void {
    this.#messagesTooLarge++;
  }

  handlerFailed(error: unknown, call: CallInfo): void {
    this.#report(error, { method: call.method, peer: call.peer });
  }

  #connectionRefused(reason: Error): void {
    this.#refusedConnections++;
    if (this.#options.onError !== undefined) this.#report(reason, undefined);
  }

  #report(error: unknown, call: CallInfo | undefined): void {
    try {
      if (this.#options.onError !== undefined) this.#options.onError(error, call);
      else this.platform.report(`petrel: ${call?.method.path ?? "connection"} failed: ${textOf(error)}`);
    } catch (failure) {
      // The hook itself failed: the call must end all the same, and both errors are told.
      this.platform.report(`petrel: onError failed: ${textOf(failure)}; it was told of: ${textOf(error)}`);
    }
  }

  #refuseWhenStopping(what: string): void {
    if (this.#stop !== undefined) throw new TypeError(`${what}() on a server that has been shut down`);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
