// SPDX-License-Identifier: Apache-2.0
/// <reference lib="esnext.disposable" />
import type {
  BidiStreamingCall,
  CallHandle,
  ClientStreamingCall,
  SendOptions,
  ServerStreamingCall,
  UnaryCall,
} from "../rpc/call.js";
import type { Metadata } from "../rpc/metadata.js";
import type { Peer } from "../rpc/peer.js";
import type { Status } from "../rpc/status.js";
import type { CallCore } from "./client-call.js";
import { handled, rejection } from "./rejection.js";
import { messagesWereGiven } from "./streaming-client-call.js";

/** A call's core that also takes messages. */
export interface SendingCore extends CallCore {
  send(message: unknown, compress: boolean): true | Promise<void>;
  halfClose(): void;
}

// Filled by the executor below: no closure is made for a call.
let resolveHandle: (value: unknown) => void;

function keepResolve(resolve: (value: never) => void): void {
  resolveHandle = resolve as (value: unknown) => void;
}

/** Makes the promise of a call with one reply and gives its core what resolves it. */
export function promiseHandle<C extends CallCore>(makeCore: (resolve: (reply: unknown) => void) => C): PromiseHandle {
  const handle = new PromiseHandle(keepResolve);
  handle.core = makeCore(resolveHandle);
  return handle;
}

/**
 * The handle of a call with one reply: a promise whose `constructor` is Promise, so that `await` takes it as it is, in
 * one microtask turn.
 */
export class PromiseHandle
  extends Promise<unknown>
  implements UnaryCall<unknown>, ClientStreamingCall<unknown, unknown>
{
  core: CallCore = noCore;

  get headers(): Promise<Metadata> {
    return this.core.headers();
  }
  get trailers(): Promise<Metadata> {
    return this.core.trailers();
  }
  /** Whoever reads the status or cancels learns of a failure there: the promise need not be awaited, too. */
  get status(): Promise<Status> {
    handled(this);
    return this.core.status();
  }
  get peer(): Peer | undefined {
    return this.core.peer;
  }
  get receivedCompressed(): boolean {
    return this.core.receivedCompressed;
  }
  cancel(reason?: string): void {
    handled(this);
    this.core.cancel(reason);
  }
  send(message: unknown, options?: SendOptions): Promise<void> {
    return sendBy(this.core, message, options);
  }
  halfClose(): void {
    halfCloseBy(this.core);
  }
}
Object.defineProperty(PromiseHandle.prototype, "constructor", { value: Promise, configurable: true, writable: true });

/** The handle of a call with many replies. */
export class StreamHandle implements ServerStreamingCall<unknown>, BidiStreamingCall<unknown, unknown>, CallHandle {
  readonly #core: CallCore;
  readonly #replies: AsyncIterable<unknown>;

  constructor(core: CallCore, replies: AsyncIterable<unknown>) {
    this.#core = core;
    this.#replies = replies;
  }

  get headers(): Promise<Metadata> {
    return this.#core.headers();
  }
  get trailers(): Promise<Metadata> {
    return this.#core.trailers();
  }
  get status(): Promise<Status> {
    return this.#core.status();
  }
  get peer(): Peer | undefined {
    return this.#core.peer;
  }
  get receivedCompressed(): boolean {
    return this.#core.receivedCompressed;
  }
  cancel(reason?: string): void {
    this.#core.cancel(reason);
  }
  send(message: unknown, options?: SendOptions): Promise<void> {
    return sendBy(this.#core, message, options);
  }
  halfClose(): void {
    halfCloseBy(this.#core);
  }
  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return this.#replies[Symbol.asyncIterator]();
  }
  /** Cancels the call unless it has ended, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#core.cancel("disposed");
    await this.#core.status();
  }
}

const sent: Promise<void> = Promise.resolve();

function sendBy(core: CallCore, message: unknown, options: SendOptions | undefined): Promise<void> {
  let sending: true | Promise<void>;
  try {
    sending = sendingCore(core).send(message, options?.compress ?? true);
  } catch (error) {
    return handled(rejection(() => error as Error));
  }
  return sending === true ? sent : handled(sending);
}

function halfCloseBy(core: CallCore): void {
  sendingCore(core).halfClose();
}

function sendingCore(core: CallCore): SendingCore {
  if (!("send" in core)) throw new TypeError(messagesWereGiven);
  return core as SendingCore;
}

const noCore: CallCore = {
  peer: undefined,
  receivedCompressed: false,
  headers: () => Promise.reject(new TypeError("the call has not been made")),
  trailers: () => Promise.reject(new TypeError("the call has not been made")),
  status: () => Promise.reject(new TypeError("the call has not been made")),
  cancel: () => {},
};
