// SPDX-License-Identifier: Apache-2.0
import type { CallOptions } from "../rpc/call.js";
import { Code } from "../rpc/code.js";
import { abortedBySignal, cancelledWithParent, deadlineExceededAfter } from "../rpc/library-status.js";
import type { ParentCall, ServerContext } from "../rpc/server-context.js";
import type { Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import type { ClientEngine, RunningCall } from "./client-engine.js";
import { DeadlineTimer } from "./deadline-timer.js";
import { type SignalOwner, unwatchSignal, watchSignal } from "./signal-watch.js";

/**
 * A call on the client as far as others may end it: its deadline, the call it was made in, its caller's signal. It lets
 * go of all three with `unlimit`, so that nothing outlives the call.
 */
export abstract class LimitedCall implements RunningCall, SignalOwner {
  readonly engine: ClientEngine;
  nextRunning: RunningCall | undefined = undefined;
  previousRunning: RunningCall | undefined = undefined;
  /** "assigned": it has a connection. */
  state: "starting" | "assigned" | "ended" = "starting";
  /** Monotonic milliseconds; Infinity without one. */
  deadlineAt = Number.POSITIVE_INFINITY;
  readonly #startedAt: number;
  #deadlineTimer: DeadlineTimer | undefined;
  #unlinkParent: (() => void) | undefined;
  #callerSignal: AbortSignal | undefined;
  #abort: AbortController | undefined;

  constructor(engine: ClientEngine) {
    this.engine = engine;
    this.#startedAt = engine.platform.clock.now();
  }

  /** Ends the call; does nothing once it has ended. */
  abstract stop(status: Status, cause?: unknown): void;
  /** Whether the call has ended other than OK. */
  abstract readonly failed: boolean;
  /** The error a failed call rejects with. */
  abstract failure(): StatusError;

  /** Made when read; aborts when the call ends other than OK. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.failed) this.#abort.abort(this.failure());
    }
    return this.#abort.signal;
  }

  /** Epoch milliseconds. */
  get deadline(): number | undefined {
    if (this.deadlineAt === Number.POSITIVE_INFINITY) return undefined;
    const { clock } = this.engine.platform;
    return clock.epochNow() + (this.deadlineAt - clock.now());
  }

  /** Epoch milliseconds; the deadline can only come nearer. */
  shortenDeadline(deadline: number): void {
    this.#limitTime(deadline - this.engine.platform.clock.epochNow());
  }

  deadlinePassed(): void {
    this.stop(deadlineExceededAfter(this.deadlineAt - this.#startedAt));
  }

  signalAborted(reason: unknown): void {
    const elapsedMs = this.engine.platform.clock.now() - this.#startedAt;
    this.stop(abortedBySignal(reason, elapsedMs), reason);
  }

  /** Applies what the options, checked before, say of time, parent and signal. May end the call at once. */
  protected limit(options: CallOptions | undefined): void {
    const timeoutMs = options?.timeoutMs ?? (options?.deadline === undefined ? this.engine.timeoutMs : undefined);
    if (timeoutMs !== undefined) this.#limitTime(timeoutMs);
    if (options?.deadline !== undefined) this.shortenDeadline(Number(options.deadline));
    this.#linkParent(options?.parent);
    if (options?.signal !== undefined) this.#linkSignal(options.signal);
  }

  /** The call is over: no timer and no listener stays. */
  protected unlimit(): void {
    if (this.#deadlineTimer !== undefined) this.engine.wheel.clear(this.#deadlineTimer);
    this.#unlinkParent?.();
    if (this.#callerSignal !== undefined) unwatchSignal(this.#callerSignal, this);
    this.#unlinkParent = undefined;
    this.#callerSignal = undefined;
  }

  /** Tells whoever has read `signal` that the call has failed. */
  protected abortSignal(): void {
    this.#abort?.abort(this.failure());
  }

  #limitTime(timeoutMs: number): void {
    const at = this.engine.platform.clock.now() + timeoutMs;
    if (at >= this.deadlineAt || this.state === "ended") return;
    this.deadlineAt = at;
    if (timeoutMs <= 0) {
      this.deadlinePassed();
      return;
    }
    this.#deadlineTimer ??= new DeadlineTimer(this);
    this.engine.wheel.set(this.#deadlineTimer, at);
  }

  #linkParent(option: ServerContext | null | undefined): void {
    if (option === null || this.state === "ended") return;
    const storage = this.engine.platform.contextStorage;
    const parent = option ?? (storage?.enabled ? storage.current() : undefined);
    if (parent === undefined) return;
    const remainingMs = parent.remainingMs();
    if (remainingMs !== Number.POSITIVE_INFINITY) this.#limitTime(remainingMs);
    const parentCall = parent as ServerContext & Partial<ParentCall>;
    if (this.state === ("ended" as string) || parentCall.addCancelListener === undefined) return;
    const unlink = parentCall.addCancelListener((reason) => {
      const expired = reason instanceof StatusError && reason.code === Code.DEADLINE_EXCEEDED;
      if (expired) this.deadlinePassed();
      else this.stop(cancelledWithParent, reason);
    });
    // A parent that had been cancelled before has ended the call already.
    if (this.state !== ("ended" as string)) this.#unlinkParent = unlink;
  }

  #linkSignal(signal: AbortSignal): void {
    if (this.state === "ended") return;
    if (signal.aborted) {
      this.signalAborted(signal.reason);
    } else {
      this.#callerSignal = signal;
      watchSignal(signal, this);
    }
  }
}
