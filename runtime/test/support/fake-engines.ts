// SPDX-License-Identifier: Apache-2.0
import type { ClientConnection, ClientEngine, RunningCall, UnassignedCall } from "../../src/call/client-engine.js";
import type { CallInfo, CancellableCall, Route, ServerEngine } from "../../src/call/server-engine.js";
import { TimerWheel } from "../../src/call/timer-wheel.js";
import { resolveCompression } from "../../src/protocol/compression.js";
import { grpcClient } from "../../src/protocol/grpc/grpc-client.js";
import { grpcServer } from "../../src/protocol/grpc/grpc-server.js";
import type { RequestHead } from "../../src/protocol/protocol.js";
import type { Compression, Compressor } from "../../src/rpc/compression.js";
import type { Interceptor } from "../../src/rpc/interceptor.js";
import type { Method } from "../../src/rpc/method.js";
import { type ExchangeListener, type Field, type FieldSection, sectionBytes } from "../../src/transport/exchange.js";
import { FakeExchange } from "./fake-exchange.js";
import { FakePlatform } from "./fake-platform.js";
import { fieldSection } from "./field-section.js";

/** A coding whose work the test finishes: what it compresses or inflates comes out as it went in. */
export class HeldCompressor implements Compressor {
  readonly name = "gzip";
  readonly held: { finish(): void; fail(error: Error): void }[] = [];

  compress(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#hold(bytes);
  }

  decompress(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#hold(bytes);
  }

  #hold(bytes: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.held.push({ finish: () => resolve(bytes), fail: reject });
    });
  }
}

/** What server calls ask of their server, recorded. */
export class FakeServerEngine implements ServerEngine {
  readonly platform = new FakePlatform();
  readonly wheel = new TimerWheel(this.platform.clock);
  readonly compression;
  readonly receiveMaxBytes: number;
  readonly sendMaxBytes: number;
  readonly maxTimeoutMs: number;
  readonly failures: unknown[] = [];
  readonly started: CancellableCall[] = [];
  readonly ended: number[] = [];
  tooLarge = 0;

  messageTooLarge(): void {
    this.tooLarge++;
  }

  constructor(options: { receiveMaxBytes?: number; maxTimeoutMs?: number; compressor?: Compressor } = {}) {
    const compression: Compression | undefined = options.compressor && { send: "gzip", minBytes: 0 };
    this.compression = resolveCompression(compression, options.compressor ? [options.compressor] : []);
    this.receiveMaxBytes = options.receiveMaxBytes ?? 1_000;
    this.sendMaxBytes = 1_000;
    this.maxTimeoutMs = options.maxTimeoutMs ?? Number.POSITIVE_INFINITY;
  }

  handlerFailed(error: unknown, _call: CallInfo): void {
    this.failures.push(error);
  }
  callStarted(call: CancellableCall): void {
    this.started.push(call);
  }
  callEnded(_call: CancellableCall, code: number): void {
    this.ended.push(code);
  }
}

const requestFields: readonly (readonly [string, string])[] = [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/test.v1.Texts/One"],
  [":authority", "localhost"],
  ["te", "trailers"],
  ["content-type", "application/grpc"],
];

/** A request's head with further fields. */
export function head(...fields: readonly (readonly [name: string, value: string])[]): RequestHead {
  return grpcServer.readRequest(fieldSection(...requestFields, ...fields));
}

export function routeOf(method: Method, handler: Route["handler"], interceptors: readonly Interceptor[] = []): Route {
  return {
    method,
    request: method.request as unknown as Route["request"],
    response: method.response as unknown as Route["response"],
    handler,
    interceptors,
  };
}

/** What client calls ask of their channel: each call gets an exchange when the test connects. */
export class FakeClientEngine implements ClientEngine, ClientConnection {
  readonly platform = new FakePlatform();
  readonly wheel = new TimerWheel(this.platform.clock);
  readonly protocol = grpcClient;
  readonly authority = "localhost";
  readonly peer = { address: "192.0.2.1", port: 443 };
  maxHeaderListBytes = Number.POSITIVE_INFINITY;
  readonly compression;
  readonly heads;
  readonly codec = undefined;
  readonly receiveMaxBytes = 1_000;
  readonly sendMaxBytes = 1_000;
  secure = true;
  credentials: ClientEngine["credentials"] = undefined;
  interceptors: readonly Interceptor[] = [];
  timeoutMs: number | undefined = undefined;
  connection: "connected" | "connecting" = "connected";
  readonly waiting = new Set<UnassignedCall>();
  readonly running = new Set<RunningCall>();
  readonly ended: number[] = [];
  tooLarge = 0;
  readonly exchanges: { exchange: FakeExchange; listener: ExchangeListener; fields: Record<string, string> }[] = [];

  constructor(compressor?: Compressor) {
    const compression: Compression | undefined = compressor && { send: "gzip", minBytes: 0 };
    this.compression = resolveCompression(compression, compressor ? [compressor] : []);
    this.heads = grpcClient.requestHeads({
      scheme: "http",
      authority: this.authority,
      codec: "proto",
      userAgent: "test",
      acceptEncodings: this.compression.acceptEncodings,
    });
  }

  /** The exchange opened last, with what its owner hears. */
  get last() {
    const last = this.exchanges.at(-1);
    if (last === undefined) throw new Error("no exchange was opened");
    return last;
  }

  /** Listeners and timers that calls have left behind. */
  get leftovers(): number {
    return this.wheel.size + this.running.size + this.waiting.size;
  }

  connect(): void {
    this.connection = "connected";
    for (const call of [...this.waiting]) {
      this.waiting.delete(call);
      call.startOn(this);
    }
  }

  assign(call: UnassignedCall): void {
    if (this.connection === "connected") call.startOn(this);
    else this.waiting.add(call);
  }
  withdraw(call: UnassignedCall): void {
    this.waiting.delete(call);
  }
  messageTooLarge(): void {
    this.tooLarge++;
  }
  callStarted(call: RunningCall): void {
    this.running.add(call);
  }
  callEnded(call: RunningCall, code: number): void {
    if (!this.running.delete(call)) throw new Error("a call ended twice");
    this.ended.push(code);
  }

  accepts(fields: readonly Field[]): boolean {
    return sectionBytes(fields) <= this.maxHeaderListBytes;
  }

  open(fields: readonly Field[], _endStream: boolean, listener: ExchangeListener): FakeExchange {
    const exchange = new FakeExchange();
    const named = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
    this.exchanges.push({ exchange, listener, fields: named });
    return exchange;
  }
}

/** A response's head. */
export function responseHead(...fields: readonly (readonly [name: string, value: string])[]): FieldSection {
  return fieldSection([":status", "200"], ["content-type", "application/grpc"], ...fields);
}

/** A response's trailers. */
export function responseTrailers(code = 0, message = ""): FieldSection {
  const status = ["grpc-status", String(code)] as const;
  return message === "" ? fieldSection(status) : fieldSection(status, ["grpc-message", message]);
}
