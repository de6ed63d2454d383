// SPDX-License-Identifier: Apache-2.0
/// <reference lib="esnext.disposable" />
import type { ClientEngine, RunningCall, UnassignedCall } from "../call/client-engine.js";
import { EndedCalls } from "../call/ended-calls.js";
import { RunningCalls } from "../call/running-calls.js";
import { startCall } from "../call/start-call.js";
import { TimerWheel } from "../call/timer-wheel.js";
import type { CompressionSettings } from "../protocol/compression.js";
import { grpcClient } from "../protocol/grpc/grpc-client.js";
import type { ClientProtocol, RequestHeads } from "../protocol/protocol.js";
import type { CallOptions } from "../rpc/call.js";
import type { CallCredentials } from "../rpc/call-credentials.js";
import type { Channel } from "../rpc/channel.js";
import type { ChannelCodec } from "../rpc/channel-codec.js";
import type { ChannelStats } from "../rpc/channel-stats.js";
import type { Code } from "../rpc/code.js";
import type { ConnectivityState } from "../rpc/connectivity-state.js";
import type { Interceptor } from "../rpc/interceptor.js";
import { channelClosed, channelIsClosed, connectFailed } from "../rpc/library-status.js";
import type { Method } from "../rpc/method.js";
import { StatusError } from "../rpc/status-error.js";
import { createHttp2Counters } from "../transport/limits.js";
import type { Platform } from "../transport/platform.js";
import { CallQueue } from "./call-queue.js";
import { type ChannelOptions, resolveChannelOptions } from "./channel-options.js";
import { ConnectWaiters } from "./connect-waiters.js";
import { Subchannel, type SubchannelListener } from "./subchannel.js";
import { inProcessTarget, parseTarget, type Target } from "./target.js";
import { userAgent } from "./user-agent.js";

/**
 * A channel to one target over one connection at a time, made when first needed and again when lost. Calls queue while
 * it connects and while the server has no free stream; while it cannot connect, all but `waitForReady` ones fail
 * UNAVAILABLE. A resolver and a balancer will stand between this and its subchannels.
 */
export class ClientChannel implements Channel, ClientEngine, SubchannelListener {
  readonly target: string;
  readonly platform: Platform;
  readonly wheel: TimerWheel;
  readonly protocol: ClientProtocol = grpcClient;
  readonly heads: RequestHeads;
  readonly authority: string;
  readonly secure: boolean;
  readonly compression: CompressionSettings;
  readonly codec: ChannelCodec | undefined;
  readonly credentials: CallCredentials | undefined;
  readonly interceptors: readonly Interceptor[];
  readonly receiveMaxBytes: number;
  readonly sendMaxBytes: number;
  readonly timeoutMs: number | undefined;
  // The handle's type follows from the method's shape, which the interface's overloads say.
  readonly call = ((method: Method, first?: unknown, second?: CallOptions) =>
    startCall(this, method, first, second)) as Channel["call"];
  readonly #subchannel: Subchannel;
  readonly #queue = new CallQueue();
  readonly #running = new RunningCalls<RunningCall>();
  readonly #ended = new EndedCalls();
  readonly #limitCounters = createHttp2Counters();
  readonly #waiters = new ConnectWaiters();
  readonly #contextReleased: (() => void) | undefined;
  #started = 0;
  #messagesTooLarge = 0;
  #state: ConnectivityState = "IDLE";
  #closed: Promise<void> | undefined;

  /** Throws a TypeError for a bad target or option, or when `tls` must be said. Connects with the first call or `connect()`. */
  constructor(platform: Platform, target: string | Target, options: ChannelOptions = {}) {
    const where = typeof target === "object" && target === inProcessTarget ? target : parseTarget(target as string);
    const resolved = resolveChannelOptions(where, options, platform.compressors);
    this.target = where.text;
    this.platform = platform;
    this.wheel = new TimerWheel(platform.clock);
    this.authority = resolved.authority;
    this.secure = resolved.tls !== undefined || where.scheme === "in-process";
    this.compression = resolved.compression;
    this.codec = resolved.codec;
    this.credentials = resolved.credentials;
    this.interceptors = resolved.interceptors;
    this.receiveMaxBytes = resolved.receiveMaxBytes;
    this.sendMaxBytes = resolved.sendMaxBytes;
    this.timeoutMs = resolved.timeoutMs;
    this.heads = this.protocol.requestHeads({
      scheme: resolved.tls === undefined ? "http" : "https",
      authority: this.authority,
      codec: this.codec?.name ?? "proto",
      userAgent,
      acceptEncodings: this.compression.acceptEncodings,
    });
    this.#subchannel = new Subchannel(
      {
        platform,
        addresses: where.addresses,
        dialOptions: { tls: resolved.tls, serverName: resolved.serverName },
        limits: resolved.limits,
        limitCounters: this.#limitCounters,
        connectTimeoutMs: resolved.connectTimeoutMs,
        backoff: resolved.backoff,
        random: Math.random,
        keepalive: resolved.keepalive,
      },
      this,
    );
    this.#contextReleased = platform.contextStorage?.enable();
  }

  get state(): ConnectivityState {
    return this.#state;
  }

  connect(options?: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    const signal = options?.signal;
    if (this.#state === "SHUTDOWN") return Promise.reject(closedError());
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#state === "READY") return Promise.resolve();
    const ready = this.#waiters.add(signal);
    this.#subchannel.connect();
    return ready;
  }

  close(): Promise<void> {
    if (this.#closed !== undefined) return this.#closed;
    this.#state = "SHUTDOWN";
    for (const call of [...this.#running]) call.stop(channelClosed);
    this.#waiters.reject(closedError);
    this.#contextReleased?.();
    this.#closed = this.#subchannel.close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  stats(): ChannelStats {
    return {
      calls: {
        started: this.#started,
        running: this.#running.size,
        queued: this.#queue.size,
        ended: this.#ended.byName(),
      },
      connections: { ...this.#subchannel.counters, open: this.#subchannel.connections },
      limits: { ...this.#limitCounters, receiveMaxBytes: this.#messagesTooLarge },
    };
  }

  assign(call: UnassignedCall): void {
    const { connection } = this.#subchannel;
    if (connection !== undefined && this.#queue.size === 0 && call.startOn(connection)) return;
    if (this.#state === "SHUTDOWN") {
      call.unavailable(closedError);
    } else if (this.#state === "TRANSIENT_FAILURE" && !call.waitForReady) {
      call.unavailable(this.#connectError());
    } else {
      this.#queue.add(call);
      this.#subchannel.connect();
    }
  }

  withdraw(call: UnassignedCall): void {
    this.#queue.delete(call);
  }

  messageTooLarge(): void {
    this.#messagesTooLarge++;
  }

  callStarted(call: RunningCall): void {
    this.#started++;
    this.#running.add(call);
  }

  callEnded(call: RunningCall, code: Code): void {
    this.#ended.add(code);
    this.#running.delete(call);
  }

  stateChanged(state: ConnectivityState): void {
    if (this.#state === "SHUTDOWN") return;
    // gRFC A62: after a failure the channel stays in TRANSIENT_FAILURE until it is READY again, so calls fail at once
    // instead of waiting for one more attempt.
    if (this.#state === "TRANSIENT_FAILURE" && state === "CONNECTING") return;
    this.#state = state;
    if (state === "READY") {
      this.#waiters.resolve();
      this.#startQueued();
    } else if (state === "TRANSIENT_FAILURE") {
      this.#queue.fail(this.#connectError());
    } else if (state === "IDLE" && (this.#queue.size > 0 || this.#waiters.size > 0)) {
      this.#subchannel.connect();
    }
  }

  slotAvailable(): void {
    this.#startQueued();
  }

  #startQueued(): void {
    const { connection } = this.#subchannel;
    if (connection !== undefined) this.#queue.startOn(connection);
  }

  #connectError(): () => StatusError {
    const cause = this.#subchannel.lastError;
    const { code, message } = connectFailed(this.target, cause?.message ?? "");
    return () => new StatusError(code, message, { cause });
  }
}

function closedError(): StatusError {
  return new StatusError(channelIsClosed.code, channelIsClosed.message);
}
