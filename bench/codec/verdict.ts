// SPDX-License-Identifier: Apache-2.0
import type { CodecFigures } from "./figures.js";
import { bulkMaxNs, ratioTargets, smallFrameMaxHeapBytes } from "./targets.js";

export interface Verdict {
  readonly reached: boolean;
  readonly text: string;
}

/** Holds the figures against the targets, scaled by `share`: a ratio to reach shrinks with it, a bound grows. */
export function judge(figures: CodecFigures, share: number): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const { payload, operation, ratios } of ratioTargets) {
    for (const [peer, target] of Object.entries(ratios)) {
      const ratio = figures.ratio(payload, operation, peer as keyof typeof ratios);
      if (ratio === undefined) continue;
      const wanted = target * share;
      verdicts.push(
        verdict(ratio >= wanted, `${payload} ${operation}`, `${ratio.toFixed(2)}× ${peer}`, `≥ ${wanted}×`),
      );
    }
  }
  for (const operation of ["frame", "decode"] as const) {
    const ns = figures.ns("chunk", operation, "petrel");
    const wanted = bulkMaxNs / share;
    if (ns !== undefined)
      verdicts.push(verdict(ns <= wanted, `chunk ${operation}`, `${ns.toFixed(0)} ns`, `≤ ${wanted} ns`));
  }
  const small = figures.allocated("user", "frame", "petrel");
  const wanted = smallFrameMaxHeapBytes / share;
  if (small !== undefined) {
    verdicts.push(verdict(small.heap <= wanted, "user frame", `${small.heap} B of heap`, `≤ ${wanted} B`));
  }
  return verdicts;
}

function verdict(reached: boolean, what: string, measured: string, wanted: string): Verdict {
  return { reached, text: `${reached ? "reached" : "missed "} ${what}: ${measured}, ${wanted}` };
}
