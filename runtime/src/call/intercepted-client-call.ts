// SPDX-License-Identifier: Apache-2.0
import type { CallOptions } from "../rpc/call.js";
import { Code } from "../rpc/code.js";
import { ContextValues } from "../rpc/context-values.js";
import type { InterceptedResponse, Interceptor } from "../rpc/interceptor.js";
import {
  callIsOver,
  cancelledLocally,
  iterationLeft,
  responseMissing,
  responseRepeated,
} from "../rpc/library-status.js";
import { Metadata } from "../rpc/metadata.js";
import type { Method } from "../rpc/method.js";
import type { Peer } from "../rpc/peer.js";
import type { Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import type { SendingCore } from "./call-handles.js";
import { checkCallOptions } from "./call-options.js";
import type { ClientEngine } from "./client-engine.js";
import { type Deferred, deferred } from "./deferred.js";
import { InterceptedAttempt, UnaryAttempt } from "./intercepted-attempt.js";
import { InterceptedReplies, type RepliesOwner } from "./intercepted-replies.js";
import { type CallEnd, type InterceptionSubject, intercept, ResponseView } from "./interceptor-chain.js";
import { LimitedCall } from "./limited-call.js";
import { MessageQueue } from "./message-queue.js";
import { MessageSource, type Messages } from "./message-source.js";
import { OnlyMessage } from "./only-message.js";
import { handled, rejection } from "./rejection.js";
import { messagesWereGiven, type Requests } from "./streaming-client-call.js";

/**
 * A call with interceptors around it. What the caller sees is what the outermost interceptor returns or throws; the
 * call to the server is made when the innermost calls `next`, and made again when an interceptor calls it again. Time,
 * parent and signal limit all of it, interceptors that never answer included.
 */
export class InterceptedClientCall extends LimitedCall implements SendingCore, InterceptionSubject, RepliesOwner {
  readonly side = "client";
  readonly context = undefined;
  readonly method: Method;
  readonly metadata: Metadata;
  readonly contextValues: ContextValues;
  readonly requests: AsyncIterable<unknown>;
  readonly #options: CallOptions | undefined;
  readonly #interceptors: readonly Interceptor[];
  readonly #sent: MessageQueue<unknown> | undefined;
  readonly #given: Messages | undefined;
  readonly #uncompressed = new WeakSet<object>();
  readonly #resolveReply: ((reply: unknown) => void) | undefined;
  #replies: InterceptedReplies | undefined;
  #response: InterceptedResponse | undefined;
  #whenAnswered: Deferred<InterceptedResponse | undefined> | undefined;
  #end: CallEnd | undefined;
  #whenEnded: Deferred<CallEnd> | undefined;
  #attempts: (InterceptedAttempt | UnaryAttempt)[] = [];
  #cause: unknown;
  #thrown: StatusError | undefined;

  constructor(
    engine: ClientEngine,
    method: Method,
    requests: Requests,
    options: CallOptions | undefined,
    interceptors: readonly Interceptor[],
    resolveReply?: (reply: unknown) => void,
  ) {
    if (options !== undefined) checkCallOptions(options);
    super(engine);
    this.method = method;
    this.#options = options;
    this.#interceptors = interceptors;
    this.metadata = new Metadata(options?.metadata);
    this.contextValues = options?.contextValues ?? new ContextValues();
    if (requests.kind === "sent") this.#sent = new MessageQueue();
    if (requests.kind === "iterable") this.#given = requests.messages;
    this.requests = iterableOf(requests, this.#sent);
    this.#resolveReply = resolveReply;
  }

  /** The replies as the interceptors let them through. */
  get replies(): InterceptedReplies {
    this.#replies ??= new InterceptedReplies(this.#answer(), this);
    return this.#replies;
  }

  /** Applies deadline and cancellation, then asks the interceptors. Called once. */
  start(): void {
    this.engine.callStarted(this);
    this.limit(this.#options);
    if (this.state === "ended") return;
    intercept(this.#interceptors, this).then(
      (response) => this.#answered(response),
      (error: unknown) => this.repliesFailed(StatusError.from(error)),
    );
  }

  get peer(): Peer | undefined {
    return this.#attempts.at(-1)?.peer;
  }

  get receivedCompressed(): boolean {
    return this.#attempts.at(-1)?.receivedCompressed ?? false;
  }

  override get failed(): boolean {
    return this.#end !== undefined && this.#end.status.code !== Code.OK;
  }

  async headers(): Promise<Metadata> {
    return (await this.#answer())?.headers ?? new Metadata();
  }

  async trailers(): Promise<Metadata> {
    return (await this.#ending()).trailers;
  }

  async status(): Promise<Status> {
    return (await this.#ending()).status;
  }

  cancel(reason?: string): void {
    this.#cancelWith(cancelledLocally(reason));
  }

  send(message: unknown, compress: boolean): true | Promise<void> {
    if (this.#sent === undefined) throw new TypeError(messagesWereGiven);
    if (!compress && typeof message === "object" && message !== null) this.#uncompressed.add(message);
    return this.#sent.push(message);
  }

  halfClose(): void {
    if (this.#sent === undefined) throw new TypeError(messagesWereGiven);
    this.#sent.end();
  }

  /** The only reply of a client-streaming method. */
  async onlyReply(): Promise<unknown> {
    let reply: { readonly message: unknown } | undefined;
    for await (const message of this.replies) {
      if (reply !== undefined) throw errorOf(responseRepeated(this.method.path));
      reply = { message };
    }
    if (reply === undefined) throw errorOf(responseMissing(this.method.path));
    return reply.message;
  }

  override stop(status: Status, cause?: unknown): void {
    if (this.state === "ended") return;
    this.#cause = cause;
    this.#finish({ status, trailers: new Metadata() });
    this.#replies?.fail();
  }

  /** What an interceptor has thrown, as it was thrown; or else an error made of the status, new each time. */
  override failure(): StatusError {
    if (this.#thrown !== undefined) return this.#thrown;
    const status = this.#end === undefined || this.#end.status.code === Code.OK ? callIsOver : this.#end.status;
    return new StatusError(status.code, status.message, {
      details: status.details,
      metadata: this.#end?.trailers,
      peer: this.peer,
      ...(this.#cause === undefined ? undefined : { cause: this.#cause }),
    });
  }

  /** Makes a call to the server. */
  async proceed(requests: AsyncIterable<unknown>): Promise<InterceptedResponse> {
    if (this.state === "ended") return rejection(() => this.failure());
    const options = {
      ...this.#options,
      metadata: this.metadata,
      contextValues: this.contextValues,
      // Who limits this call limits its attempts; the server is told of the time that is left.
      timeoutMs: this.deadlineAt - this.engine.platform.clock.now(),
      deadline: undefined,
      signal: undefined,
      parent: null,
    };
    if (this.method.shape === "unary" && requests === this.requests) return this.#proceedUnary(options);
    const attempt = new InterceptedAttempt(this.engine, this.method, requests, this.#uncompressed, options);
    return this.#attempt(attempt, () => attempt.replies);
  }

  #proceedUnary(options: CallOptions): Promise<InterceptedResponse> {
    let resolveReply: (reply: unknown) => void = () => {};
    const reply = handled(
      new Promise<unknown>((resolve) => {
        resolveReply = resolve;
      }),
    );
    const message = (this.requests as OnlyMessage).message();
    const attempt = new UnaryAttempt(this.engine, this.method, message, options, resolveReply);
    return this.#attempt(attempt, () => new OnlyMessage(() => reply));
  }

  async #attempt(
    attempt: InterceptedAttempt | UnaryAttempt,
    replies: () => AsyncIterable<unknown>,
  ): Promise<InterceptedResponse> {
    this.#attempts = this.#attempts.filter((earlier) => earlier.state !== "ended");
    this.#attempts.push(attempt);
    attempt.start();
    const headers = await attempt.headers();
    // A call that fails without headers rejects here, where an interceptor can catch it; with them, after its replies.
    if (attempt.state === "ended" && !attempt.hasHeaders && attempt.failed) return rejection(() => attempt.failure());
    return new ResponseView(headers, replies(), async () => new AttemptEnd(await attempt.status(), attempt));
  }

  /** The replies have been read to their end. */
  async repliesEnded(response: InterceptedResponse): Promise<void> {
    this.#finish(await endOf(response));
  }

  repliesFailed(error: StatusError): void {
    if (this.state !== "ended") this.#thrown = error;
    this.#finish({ status: error.status, trailers: error.metadata });
  }

  repliesLeft(): void {
    this.#cancelWith(iterationLeft);
  }

  #answered(response: InterceptedResponse): void {
    this.#response = response;
    this.#whenAnswered?.resolve(response);
    if (this.#resolveReply !== undefined) {
      void this.#takeReply(response, this.#resolveReply);
      return;
    }
    // A caller who reads no replies learns of the end all the same; one who waits for them learns of it behind the last.
    Promise.resolve(response.status)
      .then(() => (this.replies.awaited ? undefined : this.repliesEnded(response)))
      .catch((error: unknown) => this.repliesFailed(StatusError.from(error)));
  }

  // The only reply of a unary method: by itself where no interceptor has touched it.
  async #takeReply(response: InterceptedResponse, resolve: (reply: unknown) => void): Promise<void> {
    const { messages } = response;
    try {
      if (!(messages instanceof OnlyMessage) || messages.taken) {
        resolve(await this.onlyReply());
        return;
      }
      const reply = await messages.message();
      this.#finish(await endOf(response));
      if (!this.failed) resolve(reply);
    } catch (error) {
      this.repliesFailed(StatusError.from(error));
    }
  }

  /** What the interceptors answer with; undefined when the call ends without it. */
  #answer(): Promise<InterceptedResponse | undefined> {
    if (this.#response !== undefined || this.state === "ended") return Promise.resolve(this.#response);
    this.#whenAnswered ??= deferred();
    return this.#whenAnswered.promise;
  }

  #ending(): Promise<CallEnd> {
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    this.#whenEnded ??= deferred();
    return this.#whenEnded.promise;
  }

  #cancelWith(status: Status): void {
    const attempts = this.#attempts;
    this.stop(status);
    for (const attempt of attempts) attempt.cancelWith(status);
  }

  #finish(end: CallEnd): void {
    if (this.state === "ended") return;
    const { status } = end;
    this.state = "ended";
    this.#end = end;
    this.unlimit();
    this.#whenEnded?.resolve(end);
    this.#whenAnswered?.resolve(undefined);
    if (this.failed) this.#resolveReply?.(rejection(() => this.failure()));
    this.#sent?.drop(() => this.failure());
    // Those whose response an interceptor has not used, or that it was still waiting for.
    for (const attempt of this.#attempts) attempt.stop(this.failed ? status : callIsOver);
    // An interceptor's generator that waits for the caller's messages cannot tell them that no more are wanted.
    if (this.#given !== undefined) handled(new MessageSource(this.#given).leave());
    if (this.failed) this.abortSignal();
    this.engine.callEnded(this, status.code);
  }
}

// A request that is one message can be sent again.
function iterableOf(requests: Requests, sent: MessageQueue<unknown> | undefined): AsyncIterable<unknown> {
  if (sent !== undefined) return sent;
  if (requests.kind === "one") return new OnlyMessage(() => requests.message, true);
  const messages = requests.kind === "iterable" ? requests.messages : [];
  if (Symbol.asyncIterator in messages) return messages;
  return { [Symbol.asyncIterator]: () => asyncIterator(messages) };
}

async function* asyncIterator(messages: Iterable<unknown>): AsyncGenerator<unknown> {
  yield* messages;
}

/** How an attempt ended; its trailers are parsed when somebody reads them. */
class AttemptEnd implements CallEnd {
  readonly status: Status;
  readonly #attempt: InterceptedAttempt | UnaryAttempt;

  constructor(status: Status, attempt: InterceptedAttempt | UnaryAttempt) {
    this.status = status;
    this.#attempt = attempt;
  }

  get trailers(): Metadata {
    return this.#attempt.trailersNow();
  }
}

async function endOf(response: InterceptedResponse): Promise<CallEnd> {
  if (response instanceof ResponseView) return response.end();
  const [status, trailers] = await Promise.all([response.status, response.trailers]);
  if (typeof status?.code !== "number") throw new TypeError("an interceptor's response has no status");
  return { status, trailers: trailers ?? new Metadata() };
}

function errorOf(status: Status): StatusError {
  return new StatusError(status.code, status.message);
}
