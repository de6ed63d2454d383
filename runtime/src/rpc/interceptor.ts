// SPDX-License-Identifier: Apache-2.0
import type { ContextValues } from "./context-values.js";
import type { Metadata } from "./metadata.js";
import type { MethodInfo } from "./method.js";
import type { ServerContext } from "./server-context.js";
import type { Status } from "./status.js";

/** A message of any type, as interceptors see it. */
export type Message = object;

/**
 * One function for the four shapes and both sides. It calls `next` (once; later calls are for interceptors that retry),
 * and what it returns or throws is the call's outcome. Throw a StatusError to end the call with that status.
 */
export type Interceptor = (
  call: InterceptedCall,
  next: (changes?: InterceptedChanges) => Promise<InterceptedResponse>,
) => Promise<InterceptedResponse>;

export interface InterceptedChanges {
  /** Replaces the messages that go on to the handler, or to the server. */
  readonly messages?: AsyncIterable<Message> | undefined;
  /** Epoch milliseconds; can only shorten. */
  readonly deadline?: number | undefined;
}

/** A call on its way in. */
export interface InterceptedCall {
  readonly side: "client" | "server";
  readonly method: MethodInfo;
  /** On the client: what will be sent, open to changes until `next`. On the server: what came. */
  readonly metadata: Metadata;
  readonly contextValues: ContextValues;
  /** Made when read. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly deadline: number | undefined;
  /** On the server. */
  readonly context?: ServerContext;
  /** The request messages; one for a unary request. Reading them here takes them from the handler unless they are given to `next`. */
  readonly messages: AsyncIterable<Message>;
}

/** A call on its way out. */
export interface InterceptedResponse {
  readonly headers: Metadata;
  /** Settles at the end of the call; never rejects. */
  readonly trailers: Promise<Metadata>;
  /** Settles at the end of the call; never rejects. */
  readonly status: Promise<Status>;
  readonly messages: AsyncIterable<Message>;
  /** The same response with other messages. */
  withMessages(messages: AsyncIterable<Message>): InterceptedResponse;
}
