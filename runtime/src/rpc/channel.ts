// SPDX-License-Identifier: Apache-2.0
/// <reference lib="esnext.disposable" />
import type { BidiStreamingCall, CallOptions, ClientStreamingCall, ServerStreamingCall, UnaryCall } from "./call.js";
import type { ChannelStats } from "./channel-stats.js";
import type { ConnectivityState } from "./connectivity-state.js";
import type { MethodOf } from "./method.js";

/** The virtual connection to a target that calls are made on: one per target, shared by all stubs. Dispose closes it. */
export interface Channel extends AsyncDisposable {
  /** As given at construction, in canonical form. */
  readonly target: string;
  readonly state: ConnectivityState;
  /** Connects now and resolves when READY. Rejects with UNAVAILABLE when the channel closes, with the signal's reason when it aborts. */
  connect(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Closes the channel; calls in flight end CANCELLED. Resolves when its connections are gone. */
  close(): Promise<void>;
  /** What the channel has done so far, and which limits were hit; gathered when asked, at no cost to a call. */
  stats(): ChannelStats;

  /** Makes a call. Generated clients use it, and so can anyone with a method: `bytesMethod("/pkg.Service/Method", "unary")`. */
  call<I, O>(method: MethodOf<"unary", unknown, O, I, never>, request: I, options?: CallOptions): UnaryCall<O>;
  call<I, O>(
    method: MethodOf<"serverStreaming", unknown, O, I, never>,
    request: I,
    options?: CallOptions,
  ): ServerStreamingCall<O>;
  call<I, O>(
    method: MethodOf<"clientStreaming", unknown, O, I, never>,
    options?: CallOptions,
  ): ClientStreamingCall<I, O>;
  call<I, O>(
    method: MethodOf<"clientStreaming", unknown, O, I, never>,
    requests: AsyncIterable<I> | Iterable<I>,
    options?: CallOptions,
  ): UnaryCall<O>;
  call<I, O>(method: MethodOf<"bidiStreaming", unknown, O, I, never>, options?: CallOptions): BidiStreamingCall<I, O>;
  call<I, O>(
    method: MethodOf<"bidiStreaming", unknown, O, I, never>,
    requests: AsyncIterable<I> | Iterable<I>,
    options?: CallOptions,
  ): ServerStreamingCall<O>;
}
