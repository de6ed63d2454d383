// SPDX-License-Identifier: Apache-2.0
/// <reference lib="esnext.disposable" />
import type { CallCredentials } from "./call-credentials.js";
import type { Encoding } from "./compression.js";
import type { ContextValues } from "./context-values.js";
import type { Interceptor } from "./interceptor.js";
import { Metadata, type MetadataInit } from "./metadata.js";
import type { Peer } from "./peer.js";
import type { ServerContext } from "./server-context.js";
import type { Status } from "./status.js";

/** Options of one call. They win over the stub's and the channel's. */
export interface CallOptions {
  /** Milliseconds from now; combined with `deadline` and the parent's, the earliest wins. */
  readonly timeoutMs?: number | undefined;
  /** Epoch milliseconds or a date. */
  readonly deadline?: number | Date | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly metadata?: MetadataInit | undefined;
  /** Default: the handler this runs in, whose deadline and cancellation the call inherits; null: stand alone. */
  readonly parent?: ServerContext | null | undefined;
  /** Queue while the channel cannot connect instead of failing with UNAVAILABLE. Default false. */
  readonly waitForReady?: boolean | undefined;
  /** Coding of the messages sent; false: none. */
  readonly compression?: Encoding | false | undefined;
  /** Largest message accepted, after inflating, in bytes. Default 4 MiB; past it RESOURCE_EXHAUSTED. */
  readonly receiveMaxBytes?: number | undefined;
  /** Largest message sent, before compressing, in bytes. Default unlimited; past it RESOURCE_EXHAUSTED. */
  readonly sendMaxBytes?: number | undefined;
  readonly credentials?: CallCredentials | undefined;
  readonly contextValues?: ContextValues | undefined;
  /** Added inside the channel's. */
  readonly interceptors?: readonly Interceptor[] | undefined;
}

/** What every call has beside its messages. The promises are made when first read and never reject. */
export interface CallHandle {
  /** Resolves when the headers arrive; empty when the call ends without any. */
  readonly headers: Promise<Metadata>;
  /** Resolves at the end of the call. */
  readonly trailers: Promise<Metadata>;
  /** Resolves at the end of the call, OK or not. */
  readonly status: Promise<Status>;
  /** Who answers; undefined until the call is on a connection. */
  readonly peer: Peer | undefined;
  /** Whether the message last taken had been compressed by the server. */
  readonly receivedCompressed: boolean;
  /** Ends the call CANCELLED, here and at the server. Does nothing once it has ended. */
  cancel(reason?: string): void;
}

/** A call with one reply: await it. Starts at once, whether awaited or not. */
export interface UnaryCall<O> extends CallHandle, Promise<O> {}

/** A call with many replies: iterate it, once. Leaving the loop early cancels the call. */
export interface ServerStreamingCall<O> extends CallHandle, AsyncIterable<O>, AsyncDisposable {}

/** Options of one message. */
export interface SendOptions {
  /** False: this message stays uncompressed. */
  readonly compress?: boolean | undefined;
}

/** A call that takes messages one by one and gives one reply. */
export interface ClientStreamingCall<I, O> extends CallHandle, Promise<O> {
  /** Resolves when flow control accepts the message. Rejects, already handled, when the call has failed. */
  send(message: I, options?: SendOptions): Promise<void>;
  /** No more messages. */
  halfClose(): void;
}

/** A call with messages both ways, each side at its own pace. */
export interface BidiStreamingCall<I, O> extends CallHandle, AsyncIterable<O>, AsyncDisposable {
  /** Resolves when flow control accepts the message. Rejects, already handled, when the call has failed. */
  send(message: I, options?: SendOptions): Promise<void>;
  /** No more messages. */
  halfClose(): void;
}

/** Options of a stub under options of a call: the call's win, metadata is joined, interceptors add up. */
export function withDefaults(
  defaults: CallOptions | undefined,
  options: CallOptions | undefined,
): CallOptions | undefined {
  if (defaults === undefined) return options;
  if (options === undefined) return defaults;
  const merged: { -readonly [K in keyof CallOptions]: CallOptions[K] } = { ...defaults };
  for (const key of Object.keys(options) as (keyof CallOptions)[]) {
    if (options[key] !== undefined) Object.assign(merged, { [key]: options[key] });
  }
  if (defaults.metadata !== undefined && options.metadata !== undefined) {
    merged.metadata = new Metadata(defaults.metadata).merge(options.metadata);
  }
  if (defaults.interceptors !== undefined && options.interceptors !== undefined) {
    merged.interceptors = [...defaults.interceptors, ...options.interceptors];
  }
  return merged;
}
