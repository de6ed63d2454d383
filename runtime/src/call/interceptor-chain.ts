// SPDX-License-Identifier: Apache-2.0
import type { ContextValues } from "../rpc/context-values.js";
import type {
  InterceptedCall,
  InterceptedChanges,
  InterceptedResponse,
  Interceptor,
  Message,
} from "../rpc/interceptor.js";
import type { Metadata } from "../rpc/metadata.js";
import type { MethodInfo } from "../rpc/method.js";
import type { ServerContext } from "../rpc/server-context.js";
import type { Status } from "../rpc/status.js";

/** The call that interceptors are put around, on either side. */
export interface InterceptionSubject {
  readonly side: "client" | "server";
  readonly method: MethodInfo;
  readonly metadata: Metadata;
  readonly contextValues: ContextValues;
  readonly signal: AbortSignal;
  readonly deadline: number | undefined;
  readonly context: ServerContext | undefined;
  readonly requests: AsyncIterable<unknown>;
  /** Goes on to the handler, or to the server. */
  proceed(requests: AsyncIterable<unknown>): Promise<InterceptedResponse>;
  shortenDeadline(deadline: number): void;
}

/** How a call ended, for whoever waits for it. */
export interface CallEnd {
  readonly status: Status;
  readonly trailers: Metadata;
}

/** Runs a call through its interceptors, outermost first, to whatever the outermost makes of it. */
export function intercept(
  interceptors: readonly Interceptor[],
  subject: InterceptionSubject,
): Promise<InterceptedResponse> {
  const dispatch = async (index: number, requests: AsyncIterable<unknown>): Promise<InterceptedResponse> => {
    const interceptor = interceptors[index];
    if (interceptor === undefined) return subject.proceed(requests);
    const next = (changes?: InterceptedChanges) => {
      if (changes?.deadline !== undefined) subject.shortenDeadline(checkDeadline(index, changes.deadline));
      return dispatch(index + 1, changes?.messages ?? requests);
    };
    const response = await interceptor(new CallView(subject, requests), next);
    if (typeof response !== "object" || response === null || response.messages === undefined) {
      throw new TypeError(`interceptors[${index}] must return what next() resolves to, got ${typeof response}`);
    }
    return response;
  };
  return dispatch(0, subject.requests);
}

function checkDeadline(index: number, deadline: unknown): number {
  if (typeof deadline === "number" && !Number.isNaN(deadline)) return deadline;
  throw new TypeError(
    `interceptors[${index}] gave next() the deadline ${String(deadline)}, expected epoch milliseconds`,
  );
}

class CallView implements InterceptedCall {
  readonly #subject: InterceptionSubject;
  readonly #requests: AsyncIterable<unknown>;
  declare readonly context?: ServerContext;

  constructor(subject: InterceptionSubject, requests: AsyncIterable<unknown>) {
    this.#subject = subject;
    this.#requests = requests;
    if (subject.context !== undefined) this.context = subject.context;
  }

  get side(): "client" | "server" {
    return this.#subject.side;
  }
  get method(): MethodInfo {
    return this.#subject.method;
  }
  get metadata(): Metadata {
    return this.#subject.metadata;
  }
  get contextValues(): ContextValues {
    return this.#subject.contextValues;
  }
  get signal(): AbortSignal {
    return this.#subject.signal;
  }
  get deadline(): number | undefined {
    return this.#subject.deadline;
  }
  get messages(): AsyncIterable<Message> {
    return this.#requests as AsyncIterable<Message>;
  }
}

/** A response on its way out through the interceptors. */
export class ResponseView implements InterceptedResponse {
  readonly headers: Metadata;
  readonly messages: AsyncIterable<Message>;
  readonly #whenEnded: () => Promise<CallEnd>;

  constructor(headers: Metadata, messages: AsyncIterable<unknown>, whenEnded: () => Promise<CallEnd>) {
    this.headers = headers;
    this.messages = messages as AsyncIterable<Message>;
    this.#whenEnded = whenEnded;
  }

  /** How the call behind it ends. */
  end(): Promise<CallEnd> {
    return this.#whenEnded();
  }

  get trailers(): Promise<Metadata> {
    return this.#whenEnded().then((end) => end.trailers);
  }

  get status(): Promise<Status> {
    return this.#whenEnded().then((end) => end.status);
  }

  withMessages(messages: AsyncIterable<Message>): InterceptedResponse {
    return new ResponseView(this.headers, messages, this.#whenEnded);
  }
}
