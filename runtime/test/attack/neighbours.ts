// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second for whoever asks (USER_HZ). */
const tickMs = 10;
const sampleMs = 250;
/** With more than this taken by others, what an attack does to the calls beside it cannot be told. */
const maxCores = 0.25;
const longestWaitMs = 5_000;
/** How long a whole run may wait for its neighbours to be quiet, and repeat what they disturbed. */
let patienceMs = 120_000;

/**
 * Processor time that other programs than ours take of this machine, and that its host keeps back. Known on Linux alone;
 * elsewhere the machine is taken for ours.
 */
export class Neighbours {
  readonly #pids: number[];
  #othersMs: number;
  #at = performance.now();

  /** `pids`: the processes that are ours. */
  constructor(pids: readonly number[]) {
    this.#pids = [...pids];
    this.#othersMs = this.#readOthersMs();
  }

  /** One more process of ours. */
  add(pid: number): void {
    this.#pids.push(pid);
    this.cores();
  }

  /** Cores that others kept busy since this was last asked, or since the beginning. */
  cores(): number {
    const [othersMs, at] = [this.#readOthersMs(), performance.now()];
    const cores = (othersMs - this.#othersMs) / Math.max(1, at - this.#at);
    this.#othersMs = othersMs;
    this.#at = at;
    return cores;
  }

  /** Whether this run, in all its parts, may still repeat what they disturbed: for two minutes altogether. */
  get mayRepeat(): boolean {
    return patienceMs > 0;
  }

  /** Does something once more: when they are quiet, or 5 s from now. */
  async repeat<T>(work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    this.cores();
    do {
      await new Promise((resolve) => setTimeout(resolve, sampleMs));
    } while (areLoud(this.cores()) && performance.now() - startedAt < longestWaitMs);
    const result = await work();
    patienceMs -= performance.now() - startedAt;
    return result;
  }

  #readOthersMs(): number {
    if (process.platform !== "linux") return 0;
    // proc(5): cpu user nice system idle iowait irq softirq steal …
    const [user = 0, nice = 0, system = 0, , , , , steal = 0] = /^cpu +(.*)$/m
      .exec(readFileSync("/proc/stat", "utf8"))?.[1]
      ?.split(" ")
      .map(Number) ?? [0];
    const ours = this.#pids.reduce((sum, pid) => sum + ticksOf(pid), 0);
    return (user + nice + system + steal - ours) * tickMs;
  }
}

/** Whether others take so many cores that a figure of time says little. */
export function areLoud(cores: number): boolean {
  return cores > maxCores;
}

/** Processor time of a process and its threads; 0 once it has ended. */
function ticksOf(pid: number): number {
  try {
    const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
    const [utime = 0, stime = 0] = fields.split(" ").slice(11, 13).map(Number);
    return utime + stime;
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return 0;
    throw error;
  }
}
