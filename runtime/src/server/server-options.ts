// SPDX-License-Identifier: Apache-2.0

import type { CallInfo } from "../call/server-engine.js";
import { type CompressionSettings, resolveCompression } from "../protocol/compression.js";
import type { Compression, Compressor } from "../rpc/compression.js";
import type { Interceptor } from "../rpc/interceptor.js";
import type { ServerTls } from "../rpc/tls.js";
import { type Http2Limits, resolveHttp2Limits } from "../transport/limits.js";

/** How a server serves. Unknown keys and bad values are errors at construction. */
export interface ServerOptions {
  /** Default cleartext. A function is asked at `listen` and again at each `reloadTls()`, when certificates rotate. */
  readonly tls?: ServerTls | (() => ServerTls | Promise<ServerTls>) | undefined;
  /** Around every call, outermost first. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Largest message accepted, after inflating. Default 4 MiB; past it RESOURCE_EXHAUSTED. */
  readonly receiveMaxBytes?: number | undefined;
  /** Largest message sent, before compressing. Default unlimited; past it RESOURCE_EXHAUSTED. */
  readonly sendMaxBytes?: number | undefined;
  readonly compression?: Compression | undefined;
  /** Cap on every call's time, also of calls without a deadline. Default none. */
  readonly maxTimeoutMs?: number | undefined;
  /** For a client's TLS handshake, and again for its first bytes. Default 10,000 ms; past it the socket is closed. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** Every quantity a peer controls; see docs/limits.md. */
  readonly limits?: Partial<Http2Limits> | undefined;
  /** What a handler threw, as it was thrown, when it was no StatusError; connections that were refused. Default: one line on stderr. */
  readonly onError?: ((error: unknown, call: CallInfo | undefined) => void) | undefined;
}

/** The options, checked and completed. */
export interface ResolvedServerOptions {
  readonly tls: (() => ServerTls | Promise<ServerTls>) | undefined;
  readonly interceptors: readonly Interceptor[];
  readonly receiveMaxBytes: number;
  readonly sendMaxBytes: number;
  readonly compression: CompressionSettings;
  readonly maxTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  readonly limits: Http2Limits;
  readonly onError: ((error: unknown, call: CallInfo | undefined) => void) | undefined;
}

const names = [
  "tls",
  "interceptors",
  "receiveMaxBytes",
  "sendMaxBytes",
  "compression",
  "maxTimeoutMs",
  "handshakeTimeoutMs",
  "limits",
  "onError",
];
const defaultReceiveMaxBytes = 4 * 1024 * 1024;
const defaultHandshakeTimeoutMs = 10_000;

/** Throws a TypeError or RangeError that names the option, the value found and what is accepted. */
export function resolveServerOptions(
  options: ServerOptions,
  compressors: readonly Compressor[],
): ResolvedServerOptions {
  checkNames("server option", options, names);
  const { tls, onError } = options;
  if (tls !== undefined && typeof tls !== "function") checkTls(tls);
  if (onError !== undefined && typeof onError !== "function") {
    throw new TypeError(`onError must be a function, got ${typeof onError}`);
  }
  return {
    tls: tls === undefined || typeof tls === "function" ? tls : () => tls,
    interceptors: checkInterceptors(options.interceptors ?? []),
    receiveMaxBytes: atLeast("receiveMaxBytes", options.receiveMaxBytes ?? defaultReceiveMaxBytes, 0),
    sendMaxBytes: atLeast("sendMaxBytes", options.sendMaxBytes ?? Number.POSITIVE_INFINITY, 0),
    compression: resolveCompression(options.compression, compressors),
    maxTimeoutMs: atLeast("maxTimeoutMs", options.maxTimeoutMs ?? Number.POSITIVE_INFINITY, 1),
    handshakeTimeoutMs: timerMs("handshakeTimeoutMs", options.handshakeTimeoutMs ?? defaultHandshakeTimeoutMs),
    limits: resolveHttp2Limits("server", options.limits),
    onError,
  };
}

/** Throws a TypeError when the object has a key that is none of the accepted. */
export function checkNames(what: string, options: object, accepted: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (accepted.includes(name)) continue;
    throw new TypeError(`unknown ${what} ${JSON.stringify(name)}, accepted are ${accepted.join(", ")}`);
  }
}

/** The list as it is. Throws a TypeError that names what in it is no function. */
export function checkInterceptors(interceptors: readonly Interceptor[]): readonly Interceptor[] {
  if (!Array.isArray(interceptors)) throw new TypeError(`interceptors must be a list, got ${typeof interceptors}`);
  interceptors.forEach((interceptor: unknown, index) => {
    if (typeof interceptor !== "function") {
      throw new TypeError(`interceptors[${index}] is ${String(interceptor)}, expected a function`);
    }
  });
  return interceptors;
}

const tlsNames = ["cert", "key", "ca", "clientCertificate", "minVersion"];

function checkTls(tls: ServerTls): void {
  for (const name of Object.keys(tls ?? {})) {
    if (!tlsNames.includes(name)) {
      throw new TypeError(`unknown option tls.${name}, accepted are ${tlsNames.join(", ")}`);
    }
  }
  for (const name of ["cert", "key"] as const) {
    const value: unknown = tls?.[name];
    if (typeof value !== "string" && !(value instanceof Uint8Array)) {
      throw new TypeError(
        `tls.${name} must be PEM text or bytes, got ${value === undefined ? "nothing" : typeof value}`,
      );
    }
  }
  checkOneOf("tls.clientCertificate", tls.clientCertificate, ["none", "request", "require"]);
  checkOneOf("tls.minVersion", tls.minVersion, ["TLSv1.2", "TLSv1.3"]);
  if (tls.clientCertificate === "require" && tls.ca === undefined) {
    throw new TypeError(
      'tls.clientCertificate is "require", so tls.ca must name the authorities that clients are verified against',
    );
  }
}

function checkOneOf(name: string, value: string | undefined, accepted: readonly string[]): void {
  if (value === undefined || accepted.includes(value)) return;
  throw new TypeError(`${name} must be one of ${accepted.join(", ")}, got ${JSON.stringify(value)}`);
}

/** Milliseconds that any timer takes. */
function timerMs(name: string, value: number): number {
  if (typeof value !== "number" || !(value >= 1 && value <= 0x7fff_ffff)) {
    throw new RangeError(`${name} must be a number from 1 to 2147483647, got ${String(value)}`);
  }
  return value;
}

function atLeast(name: string, value: number, least: number): number {
  if (typeof value !== "number" || !(value >= least)) {
    throw new RangeError(`${name} must be a number, at least ${least}, got ${String(value)}`);
  }
  return value;
}
