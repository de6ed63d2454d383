// SPDX-License-Identifier: Apache-2.0
import { type CompressionSettings, resolveCompression } from "../protocol/compression.js";
import type { CallCredentials } from "../rpc/call-credentials.js";
import { type ChannelCodec, protoCodec } from "../rpc/channel-codec.js";
import type { Compression, Compressor } from "../rpc/compression.js";
import type { Interceptor } from "../rpc/interceptor.js";
import type { ClientTls } from "../rpc/tls.js";
import { type Http2Limits, resolveHttp2Limits } from "../transport/limits.js";
import { type Backoff, defaultBackoff, type ResolvedBackoff } from "./backoff.js";
import type { Keepalive, ResolvedKeepalive } from "./keepalive.js";
import { checkBytes, checkKeys, checkNumber, invalidOption } from "./option-check.js";
import type { Target } from "./target.js";
import { resolveTls } from "./tls-option.js";

/** How a channel connects and what its calls start from. Unknown keys and bad values are errors at construction. */
export interface ChannelOptions {
  /** To be said unless the target is loopback or a Unix socket, where the default is false: cleartext. */
  readonly tls?: boolean | ClientTls | undefined;
  /** `:authority` of requests, and the name the server's certificate must carry. Default: the target's host and port. */
  readonly authority?: string | undefined;
  /** Proof of who calls, for every call. Never sent over plaintext. */
  readonly credentials?: CallCredentials | undefined;
  /** Around every call, outermost first. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** How messages are written. Default Protobuf; `jsonCodec(…)` of `petrel/json`. */
  readonly codec?: ChannelCodec | undefined;
  readonly compression?: Compression | undefined;
  /** Largest message accepted, after inflating. Default 4 MiB; past it RESOURCE_EXHAUSTED. */
  readonly receiveMaxBytes?: number | undefined;
  /** Largest message sent, before compressing. Default unlimited; past it RESOURCE_EXHAUSTED. */
  readonly sendMaxBytes?: number | undefined;
  /** Time of calls that state none. Default unlimited. */
  readonly timeoutMs?: number | undefined;
  /** For TCP, TLS and the server's SETTINGS together, over all addresses. Default 20,000 ms. */
  readonly connectTimeoutMs?: number | undefined;
  /** Waits between attempts to connect. */
  readonly backoff?: Backoff | undefined;
  /** PINGs on silent connections. Default none. */
  readonly keepalive?: Keepalive | undefined;
  /** Every quantity a peer controls; see docs/limits.md. */
  readonly limits?: Partial<Http2Limits> | undefined;
}

/** The options, checked against the target and completed. */
export interface ResolvedChannelOptions {
  /** Undefined: cleartext. */
  readonly tls: ClientTls | undefined;
  readonly authority: string;
  /** SNI and the name the certificate must carry. */
  readonly serverName: string;
  readonly credentials: CallCredentials | undefined;
  readonly interceptors: readonly Interceptor[];
  /** Undefined: Protobuf. */
  readonly codec: ChannelCodec | undefined;
  readonly compression: CompressionSettings;
  readonly receiveMaxBytes: number;
  readonly sendMaxBytes: number;
  readonly timeoutMs: number | undefined;
  readonly connectTimeoutMs: number;
  readonly backoff: ResolvedBackoff;
  readonly keepalive: ResolvedKeepalive | undefined;
  readonly limits: Http2Limits;
}

const names: readonly (keyof ChannelOptions)[] = [
  "tls",
  "authority",
  "credentials",
  "interceptors",
  "codec",
  "compression",
  "receiveMaxBytes",
  "sendMaxBytes",
  "timeoutMs",
  "connectTimeoutMs",
  "backoff",
  "keepalive",
  "limits",
];
const defaultReceiveMaxBytes = 4 * 1024 * 1024;
const defaultConnectTimeoutMs = 20_000;
/** gRFC A8: "the minimum … is 10 seconds". */
const leastKeepaliveMs = 10_000;
const defaultKeepaliveTimeoutMs = 20_000;

/** Throws a TypeError (RangeError for a limit) that names the option, the value found and what is accepted. */
export function resolveChannelOptions(
  target: Target,
  options: ChannelOptions,
  compressors: readonly Compressor[],
): ResolvedChannelOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`channel options must be an object, got ${options === null ? "null" : typeof options}`);
  }
  checkKeys("", options, names);
  const authority = resolveAuthority(options.authority, target);
  const tls = resolveTls(options.tls, target);
  const connectTimeoutMs = checkNumber("connectTimeoutMs", options.connectTimeoutMs, defaultConnectTimeoutMs, 1);
  const { timeoutMs } = options;
  return {
    tls,
    authority,
    serverName: tls?.serverName ?? hostOf(authority),
    credentials: checkCredentials(options.credentials),
    interceptors: checkInterceptors(options.interceptors),
    codec: checkCodec(options.codec),
    compression: resolveCompression(options.compression, compressors),
    receiveMaxBytes: checkBytes("receiveMaxBytes", options.receiveMaxBytes, defaultReceiveMaxBytes),
    sendMaxBytes: checkBytes("sendMaxBytes", options.sendMaxBytes, Number.POSITIVE_INFINITY),
    timeoutMs:
      timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY
        ? undefined
        : checkNumber("timeoutMs", timeoutMs, 0, Number.MIN_VALUE),
    connectTimeoutMs,
    backoff: resolveBackoff(options.backoff),
    keepalive: resolveKeepalive(options.keepalive),
    limits: resolveLimits(options.limits, connectTimeoutMs),
  };
}

// A deadline of the connection's own within the attempt's would make `connectTimeoutMs` a lie.
function resolveLimits(partial: Partial<Http2Limits> | undefined, connectTimeoutMs: number): Http2Limits {
  const limits = resolveHttp2Limits("client", partial);
  const leastMs = Math.ceil(connectTimeoutMs);
  return {
    ...limits,
    prefaceTimeoutMs: partial?.prefaceTimeoutMs ?? Math.max(limits.prefaceTimeoutMs, leastMs),
    settingsAckTimeoutMs: partial?.settingsAckTimeoutMs ?? Math.max(limits.settingsAckTimeoutMs, leastMs),
  };
}

function resolveAuthority(authority: string | undefined, target: Target): string {
  if (authority === undefined) return target.authority;
  if (typeof authority !== "string" || !/^[^\s/\\?#@]+$/.test(authority)) {
    throw invalidOption("authority", authority, "a name such as users.internal, or with a port users.internal:50051");
  }
  return authority;
}

function hostOf(authority: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(authority);
  return bracketed === null ? authority.replace(/:\d+$/, "") : bracketed[1];
}

function checkCredentials(credentials: CallCredentials | undefined): CallCredentials | undefined {
  if (credentials !== undefined && typeof credentials?.metadata !== "function") {
    throw invalidOption("credentials", credentials, "bearerToken(…) or an object with a metadata function");
  }
  return credentials;
}

function checkInterceptors(interceptors: readonly Interceptor[] | undefined): readonly Interceptor[] {
  if (interceptors === undefined) return [];
  if (!Array.isArray(interceptors)) throw invalidOption("interceptors", interceptors, "a list of functions");
  for (let index = 0; index < interceptors.length; index++) {
    if (typeof interceptors[index] !== "function") {
      throw new TypeError(`interceptors[${index}] is ${String(interceptors[index])}, expected a function`);
    }
  }
  return [...interceptors];
}

function checkCodec(codec: ChannelCodec | undefined): ChannelCodec | undefined {
  if (codec === undefined || codec === protoCodec) return undefined;
  if (typeof codec?.codecFor !== "function" || (codec.name !== "proto" && codec.name !== "json")) {
    throw invalidOption("codec", codec, "protoCodec, or jsonCodec(…) of petrel/json");
  }
  return codec;
}

function resolveBackoff(backoff: Backoff | undefined): ResolvedBackoff {
  if (backoff === undefined) return defaultBackoff;
  checkKeys("backoff", backoff, ["initialMs", "multiplier", "jitter", "maxMs"]);
  const initialMs = checkNumber("backoff.initialMs", backoff.initialMs, defaultBackoff.initialMs, 1);
  const maxMs = checkNumber("backoff.maxMs", backoff.maxMs, Math.max(initialMs, defaultBackoff.maxMs), initialMs);
  return {
    initialMs,
    maxMs,
    multiplier: checkNumber("backoff.multiplier", backoff.multiplier, defaultBackoff.multiplier, 1, 1000),
    jitter: checkNumber("backoff.jitter", backoff.jitter, defaultBackoff.jitter, 0, 1),
  };
}

function resolveKeepalive(keepalive: Keepalive | undefined): ResolvedKeepalive | undefined {
  if (keepalive === undefined) return undefined;
  checkKeys("keepalive", keepalive, ["intervalMs", "timeoutMs", "withoutCalls"]);
  const { intervalMs, withoutCalls = false } = keepalive;
  if (intervalMs === undefined) throw invalidOption("keepalive.intervalMs", intervalMs, "a number of milliseconds");
  if (typeof withoutCalls !== "boolean") {
    throw invalidOption("keepalive.withoutCalls", withoutCalls, "true or false");
  }
  return {
    intervalMs: checkNumber("keepalive.intervalMs", intervalMs, 0, leastKeepaliveMs),
    timeoutMs: checkNumber("keepalive.timeoutMs", keepalive.timeoutMs, defaultKeepaliveTimeoutMs, 1),
    withoutCalls,
  };
}
