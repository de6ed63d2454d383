// SPDX-License-Identifier: Apache-2.0
import { summarize } from "../summary.js";
import type { Cell, Operation, PayloadFigures, PayloadName, PeerName } from "./measurement.js";

/** What the processes of one runtime gave. */
export class CodecFigures {
  readonly #runs: (readonly PayloadFigures[])[] = [];

  add(run: readonly PayloadFigures[]): void {
    this.#runs.push(run);
  }

  messageBytes(payload: PayloadName): number {
    return this.#runs[0]?.find((row) => row.payload === payload)?.messageBytes ?? 0;
  }

  /** Nanoseconds an operation takes, the median of the processes; undefined when the peer has no such operation. */
  ns(payload: PayloadName, operation: Operation, peer: PeerName): number | undefined {
    return median(this.#cells(payload, operation, peer).map(({ ns }) => ns));
  }

  /** Bytes an operation allocates; undefined where the runtime does not tell. */
  allocated(payload: PayloadName, operation: Operation, peer: PeerName): { heap: number; buffers: number } | undefined {
    const found = this.#cells(payload, operation, peer).flatMap(({ allocated }) => allocated ?? []);
    const heap = median(found.map((each) => each.heap));
    const buffers = median(found.map((each) => each.buffers));
    return heap === undefined || buffers === undefined ? undefined : { heap, buffers };
  }

  /**
   * How many times quicker Petrel is, process by process. A peer cannot write into a frame: what stands against Petrel's
   * frame is the peer's array alone, not the copy that it would need.
   */
  ratio(payload: PayloadName, operation: Operation, peer: PeerName): number | undefined {
    const ours = this.#cells(payload, operation, "petrel");
    const theirs = this.#cells(payload, operation === "frame" ? "encode" : operation, peer);
    if (ours.length !== theirs.length) return undefined;
    return median(ours.map(({ ns }, run) => (theirs[run] as Cell).ns / ns));
  }

  #cells(payload: PayloadName, operation: Operation, peer: PeerName): Cell[] {
    return this.#runs.flatMap((run) => run.find((row) => row.payload === payload)?.operations[operation][peer] ?? []);
  }
}

function median(figures: readonly number[]): number | undefined {
  return figures.length === 0 ? undefined : summarize(figures).median;
}
