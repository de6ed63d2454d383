// SPDX-License-Identifier: Apache-2.0
import { Code, codeName } from "../rpc/code.js";

/** Counts the calls that have ended, by their status. */
export class EndedCalls {
  readonly #counts = new Float64Array(Code.UNAUTHENTICATED + 1);

  add(code: Code): void {
    this.#counts[code]++;
  }

  /** As plain data, `{ OK: 12, NOT_FOUND: 1 }`; codes that did not occur are absent. */
  byName(): Record<string, number> {
    const counts: Record<string, number> = {};
    this.#counts.forEach((count, code) => {
      if (count > 0) counts[codeName(code as Code)] = count;
    });
    return counts;
  }
}
