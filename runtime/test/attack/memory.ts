// SPDX-License-Identifier: Apache-2.0

/** What a process holds after garbage collection. Sizes in MiB. */
export interface Memory {
  readonly rss: number;
  readonly heap: number;
  /** Bytes outside of the heap: chunks, slabs, zlib. */
  readonly external: number;
}

const MiB = 1024 * 1024;

/** Collects garbage until nothing more comes back, then measures. Needs `--expose-gc`. */
export async function collectedMemory(): Promise<Memory> {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc");
  let rss = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 4; round++) {
    globalThis.gc();
    // V8 gives pages back on threads of its own, some time after.
    await new Promise((resolve) => setTimeout(resolve, 50));
    rss = Math.min(rss, process.memoryUsage.rss());
  }
  const { heapUsed, external } = process.memoryUsage();
  return { rss: rss / MiB, heap: heapUsed / MiB, external: external / MiB };
}

/** The highest resident set while `until` has not settled, in MiB, garbage apart: it is collected before each look. */
export async function collectedPeak(until: Promise<unknown>): Promise<number> {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc");
  let state: "watching" | "settled" = "watching";
  const settled = () => {
    state = "settled";
  };
  until.then(settled, settled);
  let peakBytes = 0;
  while (state === "watching") {
    globalThis.gc();
    // As above; a little of what comes meanwhile is garbage again.
    await new Promise((resolve) => setTimeout(resolve, 10));
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }
  return peakBytes / MiB;
}

/** Watches the resident set for its highest value since `reset`. */
export class PeakMemory {
  #peakBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  /** In MiB. */
  get peak(): number {
    this.#sample();
    return this.#peakBytes / MiB;
  }

  /** Watches from now on. Not before: it needs a file descriptor each time. */
  reset(): void {
    this.#timer ??= setInterval(() => this.#sample(), 20).unref();
    this.#peakBytes = 0;
    this.#sample();
  }

  #sample(): void {
    this.#peakBytes = Math.max(this.#peakBytes, process.memoryUsage.rss());
  }
}
