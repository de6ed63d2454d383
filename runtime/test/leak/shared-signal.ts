// SPDX-License-Identifier: Apache-2.0
import { getEventListeners } from "node:events";
import { createChannel, createServer } from "../../src/node/index.js";
import type { Findings } from "../attack/findings.js";
import { down, echo, one, Texts } from "../support/text-service.js";

const concurrency = 64;
/** A few of these fill a stream's window. */
const large = "x".repeat(16_000);

/** K4: a signal shared by many calls keeps no listener, and an abandoned stream ends at the server. */
export async function sharedSignal(findings: Findings, calls: number): Promise<void> {
  let opened = 0;
  let returned = 0;
  const server = createServer({ onError: () => undefined });
  server.addService(Texts, {
    ...echo,
    async *down(request) {
      opened += 1;
      try {
        for (;;) yield request;
      } finally {
        returned += 1;
      }
    },
  });
  const { port } = await server.listen("127.0.0.1:0");
  const channel = createChannel(`127.0.0.1:${port}`);
  const { signal } = new AbortController();
  let started = 0;
  const lane = async () => {
    while (started < calls) {
      started += 1;
      await channel.call(one, { text: "a" }, { signal });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  findings.atMost("K4 signal", `listeners after ${calls} calls`, getEventListeners(signal, "abort").length, 1);

  const abandoned = 10_000;
  started = 0;
  const leaver = async () => {
    while (started < abandoned) {
      started += 1;
      const call = channel.call(down, { text: large }, { signal });
      if (started % 2 === 0) {
        for await (const _ of call) break;
      } else {
        const iterator = call[Symbol.asyncIterator]();
        await iterator.next();
        await iterator.return?.();
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, leaver));
  const until = performance.now() + 5_000;
  while (server.stats().calls.running > 0 && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 5));
  findings.equal("K4 iterators", `of ${opened} abandoned streams, handlers' iterators returned`, returned, opened);
  findings.equal("K4 iterators", "calls running", server.stats().calls.running, 0);
  findings.atMost("K4 iterators", "listeners of the signal", getEventListeners(signal, "abort").length, 1);
  await channel.close();
  await server.shutdown({ graceMs: 0 });
}
