// SPDX-License-Identifier: Apache-2.0
import { Code, codeName } from "../rpc/code.js";

/** Counts calls at the cost of an increment each. */
export class ClientCallCounters {
  started = 0;
  /** Messages past `receiveMaxBytes`. */
  messagesTooLarge = 0;
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
