// SPDX-License-Identifier: Apache-2.0
import process from "node:process";

// A new heap collects after a megabyte: a batch must stay far below.
const batchBytes = 128 << 10;
const maxBatch = 1 << 14;
const batches = 9;
// What a collection has thrown away, code above all, is made again by the first runs.
const runsAfterCollection = 16;

/**
 * Bytes that one operation takes, on the heap and in array buffers: the median of batches so small that nothing is
 * collected meanwhile. Undefined without `--expose-gc`, and where that cannot be told.
 */
export function allocatedBytes(run) {
  if (typeof globalThis.gc !== "function") return undefined;
  let count = 1;
  while (count < maxBatch) {
    const { heap, buffers } = allocatedBy(run, count);
    if (heap < 0 || heap + buffers > batchBytes) break;
    count *= 2;
  }
  const figures = Array.from({ length: batches }, () => allocatedBy(run, count));
  const heap = middle(figures.map((batch) => batch.heap / count));
  const buffers = middle(figures.map((batch) => batch.buffers / count));
  // Less than nothing: it was collected after all, as megabytes at once are.
  return heap < 0 || buffers < 0 ? undefined : { heap, buffers };
}

function allocatedBy(run, count) {
  globalThis.gc();
  for (let i = 0; i < runsAfterCollection; i++) run();
  const before = process.memoryUsage();
  for (let i = 0; i < count; i++) run();
  const after = process.memoryUsage();
  return { heap: after.heapUsed - before.heapUsed, buffers: after.arrayBuffers - before.arrayBuffers };
}

function middle(figures) {
  return Math.round(figures.sort((a, b) => a - b)[figures.length >> 1]);
}
