// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "../../runtime/test/runtimes/runtime.js";
import { run } from "../../scripts/child-process.js";
import { bench } from "../contender.js";

export const payloadNames = ["user", "order", "numbers", "chunk", "article"] as const;
export type PayloadName = (typeof payloadNames)[number];

/** `frame`: into a given buffer, behind 14 bytes. `encode`: into an array of its own. */
export type Operation = "frame" | "encode" | "decode";

/** Petrel first; a new one is a module in peers/. */
export const peerNames = ["petrel", "protobuf-es", "protobufjs", "ts-proto", "google-protobuf", "json"] as const;
export type PeerName = (typeof peerNames)[number];

/** Nanoseconds and bytes of one operation; bytes where the runtime counts them. */
export interface Cell {
  readonly ns: number;
  readonly allocated?: { readonly heap: number; readonly buffers: number };
}

export interface PayloadFigures {
  readonly payload: PayloadName;
  readonly messageBytes: number;
  readonly operations: Readonly<Record<Operation, Readonly<Partial<Record<PeerName, Cell>>>>>;
}

export interface MeasurementOptions {
  readonly peers: readonly PeerName[];
  readonly payloads: readonly PayloadName[];
  readonly rounds: number;
  readonly sliceMs: number;
  readonly warmUpMs: number;
}

/** Measures everything in one fresh process of the runtime, all candidates by turns. Rejects when that process fails. */
export async function measureOnce(
  { kind, command }: Pick<Runtime, "kind" | "command">,
  options: MeasurementOptions,
): Promise<readonly PayloadFigures[]> {
  const [program, ...args] = command;
  const flags = kind === "node" ? ["--expose-gc"] : [];
  const { exitCode, stdout, stderr } = await run(
    program,
    [...args, ...flags, "codec/measure.js", JSON.stringify(options)],
    { cwd: bench },
  );
  if (exitCode !== 0) throw new Error(`${program} exited with ${exitCode}\n${stdout}${stderr}`);
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n[") + 1));
}
