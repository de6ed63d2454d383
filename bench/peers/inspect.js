// SPDX-License-Identifier: Apache-2.0
// Loaded into a server before it (`node --expose-gc --import`): answers on the Unix socket BENCH_INSPECT, one line for
// each line. `memory`: bytes resident, on the heap and in ArrayBuffers after a collection. `trace`: starts counting what
// the heap hands out. `traced`: how many bytes it did since. `watch`: starts to watch the event loop's delay, to 1 ms.
// `watched`: its 99th percentile since, in milliseconds.
import { createServer } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { GCProfiler } from "node:v8";

let profiler;
let bytesAtStart = 0;
let delays;
const answers = {
  async memory() {
    for (let turn = 0; turn < 3; turn++) {
      globalThis.gc();
      await delay(50);
    }
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
    return { rss, heapUsed, arrayBuffers };
  },
  watch() {
    delays = monitorEventLoopDelay({ resolution: 1 });
    delays.enable();
    return {};
  },
  watched() {
    delays.disable();
    return { p99Ms: delays.percentile(99) / 1e6 };
  },
  trace() {
    profiler = new GCProfiler();
    profiler.start();
    bytesAtStart = process.memoryUsage().heapUsed;
    return {};
  },
  traced() {
    let left = bytesAtStart;
    let allocated = 0;
    for (const { beforeGC, afterGC } of profiler.stop().statistics) {
      allocated += beforeGC.heapStatistics.usedHeapSize - left;
      left = afterGC.heapStatistics.usedHeapSize;
    }
    return { allocated: allocated + process.memoryUsage().heapUsed - left };
  },
};

createServer(async (socket) => {
  for await (const line of createInterface(socket)) socket.write(`${JSON.stringify(await answers[line]())}\n`);
})
  .listen(process.env.BENCH_INSPECT)
  .unref();
