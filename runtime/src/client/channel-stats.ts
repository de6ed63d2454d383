// SPDX-License-Identifier: Apache-2.0
import { Code, codeName } from "../rpc/code.js";
import type { SubchannelCounters } from "./subchannel.js";

/** Plain counters of a channel, since it was made. */
export interface ChannelStats {
  readonly calls: {
    readonly started: number;
    readonly running: number;
    /** Waiting for a connection, or for a slot under the server's MAX_CONCURRENT_STREAMS. */
    readonly queued: number;
    /** By code name; codes that did not occur are absent. */
    readonly ended: Readonly<Record<string, number>>;
  };
  readonly connections: Readonly<SubchannelCounters> & { readonly open: number };
}

/** Counts calls at the cost of an increment each. */
export class ClientCallCounters {
  started = 0;
  readonly #ended = new Float64Array(Code.UNAUTHENTICATED + 1);

  ended(code: Code): void {
    this.#ended[code]++;
  }

  byCode(): Record<string, number> {
    const counts: Record<string, number> = {};
    this.#ended.forEach((count, code) => {
      if (count > 0) counts[codeName(code as Code)] = count;
    });
    return counts;
  }
}
