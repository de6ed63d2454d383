// SPDX-License-Identifier: Apache-2.0
import type { CancellableCall } from "../call/server-engine.js";
import type { Clock, Timer } from "../rpc/clock.js";

/** What a shutdown did. */
export interface ShutdownReport {
  /** Calls that were running and ended by themselves within the grace. */
  readonly completed: number;
  /** Calls that were cut. */
  readonly cancelled: number;
  /** Connections that were open. */
  readonly connections: number;
}

interface Stoppable {
  shutdown(): void;
  close(): void;
}

// After the cut: for GOAWAY and the last statuses to leave.
const lingerMs = 500;

/**
 * Brings a server down: no new connections and calls, time for those that run, then the cut. Settles when all is gone,
 * or half a second after the cut whatever happens (a peer that reads nothing must not keep a process alive).
 */
export class GracefulStop {
  readonly report: Promise<ShutdownReport>;
  readonly #clock: Clock;
  readonly #listeners: Set<{ close(): Promise<void> }>;
  readonly #connections: Set<Stoppable>;
  readonly #calls: Iterable<CancellableCall>;
  readonly #connectionsAtStart: number;
  #settle: (report: ShutdownReport) => void = () => {};
  #state: "draining" | "cutting" | "done" = "draining";
  #completed = 0;
  #cancelled = 0;
  #listening: Promise<unknown> = Promise.resolve();
  #listenersClosed = false;
  #timer: Timer | undefined;
  #cutAt = Number.POSITIVE_INFINITY;

  constructor(
    clock: Clock,
    listeners: Set<{ close(): Promise<void> }>,
    connections: Set<Stoppable>,
    calls: Iterable<CancellableCall>,
  ) {
    this.#clock = clock;
    this.#listeners = listeners;
    this.#connections = connections;
    this.#calls = calls;
    this.#connectionsAtStart = connections.size;
    this.report = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  begin(): void {
    this.#listening = Promise.allSettled([...this.#listeners].map((listener) => listener.close()));
    void this.#listening.then(() => {
      this.#listenersClosed = true;
      this.#check();
    });
    for (const connection of [...this.#connections]) connection.shutdown();
    this.#check();
  }

  /** Sets the cut, or brings it nearer. */
  cutWithin(graceMs: number): void {
    if (this.#state !== "draining") return;
    const at = this.#clock.now() + graceMs;
    if (at >= this.#cutAt) return;
    this.#cutAt = at;
    this.#timer?.cancel();
    if (graceMs === 0) this.#cut();
    else this.#timer = this.#clock.setTimer(graceMs, () => this.#cut());
  }

  callEnded(): void {
    if (this.#state === "draining") this.#completed++;
    this.#check();
  }

  connectionEnded(): void {
    this.#check();
  }

  #cut(): void {
    if (this.#state !== "draining") return;
    this.#state = "cutting";
    const calls = [...this.#calls];
    this.#cancelled = calls.length;
    for (const call of calls) call.shutDown();
    for (const connection of [...this.#connections]) connection.close();
    this.#timer = this.#clock.setTimer(lingerMs, () => this.#finish());
    this.#check();
  }

  #check(): void {
    if (this.#connections.size > 0 || !this.#listenersClosed) return;
    // A connection ends with the last status it sends, just before that call is counted.
    queueMicrotask(() => this.#finish());
  }

  #finish(): void {
    if (this.#state === "done") return;
    this.#state = "done";
    this.#timer?.cancel();
    this.#settle({
      completed: this.#completed,
      cancelled: this.#cancelled,
      connections: this.#connectionsAtStart,
    });
  }
}
