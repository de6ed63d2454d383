// SPDX-License-Identifier: Apache-2.0
import { EndedCalls } from "../call/ended-calls.js";
import type { Code } from "../rpc/code.js";
import type { Http2Counters } from "../transport/limits.js";

/** What a server has done so far, as plain data. */
export interface ServerStats {
  readonly calls: {
    readonly started: number;
    readonly running: number;
    /** Calls that have ended, by status: `{ OK: 12, NOT_FOUND: 1 }`. */
    readonly ended: Readonly<Record<string, number>>;
    /** Requests answered without a call: unknown methods, wrong content types. */
    readonly refused: number;
  };
  readonly connections: {
    readonly accepted: number;
    readonly open: number;
    /** Sockets that never became a connection: failed handshakes, other protocols. */
    readonly refused: number;
  };
  /** How often each limit was hit, by its name in `options.limits`, and `receiveMaxBytes`: see docs/limits.md. */
  readonly limits: Readonly<Record<keyof Http2Counters | "receiveMaxBytes", number>>;
}

/** Counts calls by their end. */
export class CallCounters {
  started = 0;
  running = 0;
  refused = 0;
  readonly #ended = new EndedCalls();

  ended(code: Code): void {
    this.running--;
    this.#ended.add(code);
  }

  refuse(): void {
    this.refused++;
  }

  snapshot(): ServerStats["calls"] {
    return { started: this.started, running: this.running, ended: this.#ended.byName(), refused: this.refused };
  }
}
