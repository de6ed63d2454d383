// SPDX-License-Identifier: Apache-2.0
import { formatTable } from "../summary.js";
import type { CodecFigures } from "./figures.js";
import type { Operation, PayloadName, PeerName } from "./measurement.js";

const operationNames: Readonly<Record<Operation, string>> = {
  frame: "encode into a frame",
  encode: "encode into an array",
  decode: "decode",
};
const operations = Object.keys(operationNames) as Operation[];

/** One line for each payload and operation: Petrel's time, and how many times longer each peer takes. */
export function formatTimes(
  figures: CodecFigures,
  payloads: readonly PayloadName[],
  peers: readonly PeerName[],
): string {
  const others = peers.filter((peer) => peer !== "petrel");
  const lines = payloads.flatMap((payload) =>
    operations.map((operation) => [
      operation === "frame" ? `${payload}, ${figures.messageBytes(payload)} B` : "",
      operationNames[operation],
      formatNs(figures.ns(payload, operation, "petrel")),
      ...others.map((peer) => formatRatio(figures.ratio(payload, operation, peer))),
    ]),
  );
  return formatTable([["message", "work", "petrel", ...others.map((peer) => `× ${peer}`)], ...lines]);
}

/** Bytes that each operation takes on the heap, and in array buffers; undefined when the runtime does not tell. */
export function formatAllocations(
  figures: CodecFigures,
  payloads: readonly PayloadName[],
  peers: readonly PeerName[],
): string | undefined {
  if (payloads.every((payload) => figures.allocated(payload, "decode", "petrel") === undefined)) return undefined;
  const lines = payloads.flatMap((payload) =>
    operations.map((operation) => [
      operation === "frame" ? payload : "",
      operationNames[operation],
      ...peers.map((peer) => formatBytes(figures.allocated(payload, operation, peer))),
    ]),
  );
  return formatTable([["allocated", "heap + buffers, B", ...peers], ...lines]);
}

function formatNs(ns: number | undefined): string {
  if (ns === undefined) return "";
  return ns < 10_000 ? `${ns.toFixed(0)} ns` : `${(ns / 1_000).toFixed(1)} µs`;
}

function formatRatio(ratio: number | undefined): string {
  return ratio === undefined ? "" : ratio.toFixed(ratio < 100 ? 2 : 0);
}

function formatBytes(allocated: { heap: number; buffers: number } | undefined): string {
  return allocated === undefined ? "–" : `${allocated.heap} + ${allocated.buffers}`;
}
