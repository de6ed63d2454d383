// SPDX-License-Identifier: Apache-2.0
import type { CompressionSettings } from "../protocol/compression.js";
import type { Code } from "../rpc/code.js";
import type { Interceptor } from "../rpc/interceptor.js";
import type { MessageCodec } from "../rpc/message-codec.js";
import type { MethodInfo } from "../rpc/method.js";
import type { Peer } from "../rpc/peer.js";
import type { ServerContext } from "../rpc/server-context.js";
import type { Platform } from "../transport/platform.js";
import type { Linked } from "./running-calls.js";
import type { TimerWheel } from "./timer-wheel.js";

/** What server calls need of the server they run on: its settings, its time, and where results are counted. */
export interface ServerEngine {
  readonly platform: Platform;
  readonly wheel: TimerWheel;
  readonly compression: CompressionSettings;
  readonly receiveMaxBytes: number;
  readonly sendMaxBytes: number;
  /** Cap on every call's time, in milliseconds; Infinity for none. */
  readonly maxTimeoutMs: number;
  /** A message past `receiveMaxBytes` came. */
  messageTooLarge(): void;
  /** A handler failed otherwise than by a StatusError, or its result could not be sent. Never throws. */
  handlerFailed(error: unknown, call: CallInfo): void;
  callStarted(call: CancellableCall): void;
  /** Exactly once for each `callStarted`, when the handler has ended too. */
  callEnded(call: CancellableCall, code: Code): void;
}

/** A running call, as shutdown sees it. */
export interface CancellableCall extends Linked<CancellableCall> {
  /** Ends the call with UNAVAILABLE: the server is going away, and the call's connection is closed next. */
  shutDown(): void;
}

/** Whom a report is about. */
export interface CallInfo {
  readonly method: MethodInfo;
  readonly peer: Peer;
}

/** A handler of any shape. What it takes and gives follows from the method's shape. */
export type Handler = (request: unknown, context: ServerContext) => unknown;

/** A method with the handler that serves it, as the registry keeps it. */
export interface Route {
  readonly method: MethodInfo;
  readonly request: MessageCodec<unknown, never>;
  readonly response: MessageCodec<unknown, unknown>;
  readonly handler: Handler;
  /** Outermost first: the server's, then the service's. */
  readonly interceptors: readonly Interceptor[];
}
