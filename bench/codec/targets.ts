// SPDX-License-Identifier: Apache-2.0
import type { Operation, PayloadName, PeerName } from "./measurement.js";

/** How many times quicker than a peer Petrel is to be. Frames are compared with the arrays that peers make. */
export interface RatioTarget {
  readonly payload: PayloadName;
  readonly operation: Operation;
  readonly ratios: Readonly<Partial<Record<PeerName, number>>>;
}

const against = (payload: PayloadName, operation: Operation, es: number, protobufjs: number): RatioTarget => ({
  payload,
  operation,
  ratios: { "protobuf-es": es, protobufjs },
});

/** By the table of goals for Node 22 and later; a run on another runtime is held against it all the same. */
export const ratioTargets: readonly RatioTarget[] = [
  against("user", "frame", 6, 2.5),
  against("user", "encode", 1.7, 1.1),
  against("user", "decode", 3.5, 1.3),
  against("order", "frame", 4, 2.8),
  against("order", "encode", 1.7, 1.1),
  against("order", "decode", 2.8, 1.4),
  against("numbers", "frame", 2.8, 2),
  against("numbers", "encode", 1.7, 1.1),
  against("numbers", "decode", 1.9, 1.6),
  against("article", "frame", 2.2, 1.6),
  against("article", "encode", 1.7, 1.1),
  against("article", "decode", 1.8, 1.5),
];

/** Bulk bytes pass without a copy: what 1 MiB may take at most, in nanoseconds, either way. */
export const bulkMaxNs = 1_000;

/** Heap that a small message may take to be encoded into a frame, in bytes. */
export const smallFrameMaxHeapBytes = 120;

/** The part of a target that `--quick` insists on: a run on a shared machine is no measurement. */
export const quickShare = 0.5;
