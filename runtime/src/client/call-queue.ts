// SPDX-License-Identifier: Apache-2.0
import type { ClientConnection, UnassignedCall } from "../call/client-engine.js";
import type { StatusError } from "../rpc/status-error.js";

/** Calls that wait for a connection, or for a free stream on it, in the order they came. */
export class CallQueue {
  readonly #calls = new Set<UnassignedCall>();

  get size(): number {
    return this.#calls.size;
  }

  add(call: UnassignedCall): void {
    this.#calls.add(call);
  }

  delete(call: UnassignedCall): void {
    this.#calls.delete(call);
  }

  /** Starts calls until the connection has no room. It says when it has again. */
  startOn(connection: ClientConnection): void {
    for (const call of this.#calls) {
      if (!call.startOn(connection)) return;
      this.#calls.delete(call);
    }
  }

  /** There is no connection to be had for now: calls that are not to wait for one end. */
  fail(error: () => StatusError): void {
    for (const call of [...this.#calls]) {
      // A call that ended with another, before its turn, has left the queue.
      if (call.waitForReady || !this.#calls.delete(call)) continue;
      call.unavailable(error);
    }
  }
}
