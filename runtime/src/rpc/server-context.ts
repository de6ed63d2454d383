// SPDX-License-Identifier: Apache-2.0
import type { ContextValues } from "./context-values.js";
import type { Metadata } from "./metadata.js";
import type { MethodInfo } from "./method.js";
import type { Peer } from "./peer.js";

/** What a handler knows of its call and can do beside answering it. */
export interface ServerContext {
  readonly method: MethodInfo;
  /** What the client sent. */
  readonly metadata: Metadata;
  /** Leave with the first message, or at once with `sendHeaders()`; changes after that throw. */
  readonly headers: Metadata;
  /** Leave with the status. */
  readonly trailers: Metadata;
  /** Sends the headers now. Does nothing when they have left already. */
  sendHeaders(): void;
  /** Made when first read; aborts on cancellation, deadline, a lost connection and the end of shutdown's grace. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds; undefined without a deadline. */
  readonly deadline: number | undefined;
  /** Milliseconds until the deadline, never negative; Infinity without one. */
  remainingMs(): number;
  readonly peer: Peer;
  readonly contextValues: ContextValues;
  /** Whether later messages are compressed, when a coding has been agreed. Starts as the server's `compression.send` says. */
  compress: boolean;
  /** Whether the request message last taken had been compressed by the client. */
  readonly receivedCompressed: boolean;
}

/**
 * Where the call that code runs in is kept, so that calls made inside a handler find their parent. Supplied by the
 * platform (AsyncLocalStorage). `run` is entered only while `enabled` is true.
 */
export interface ContextStorage {
  /** True while the process has an open channel: only then can anyone ask for the current context. */
  readonly enabled: boolean;
  run<T>(context: ServerContext, callback: () => T): T;
  current(): ServerContext | undefined;
  /** Counts an open channel; call the result once when it closes. */
  enable(): () => void;
}

/** What the engine needs of a parent beyond its public face: to end child calls when the parent ends. */
export interface ParentCall {
  /** Calls `listener` once when the parent call is cancelled or its deadline passes; returns how to take it back. */
  addCancelListener(listener: (reason: Error) => void): () => void;
}
