// SPDX-License-Identifier: Apache-2.0
import { availableParallelism, cpus, loadavg } from "node:os";

/** What a figure was measured on, and how busy it is at the moment. */
export function describeMachine(): string {
  const load = loadavg()
    .map((average) => average.toFixed(1))
    .join(", ");
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `Node ${process.versions.node}, ${availableParallelism()} cores of ${model}, load ${load}`;
}
