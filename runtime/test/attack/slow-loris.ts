// SPDX-License-Identifier: Apache-2.0

import { connectionPreface } from "../../src/http2/preface.js";
import { clientHello, frame } from "../support/http2-frames.js";
import { headBlock, RawClient } from "./raw-client.js";
import type { Round, Stage } from "./stage.js";

const goneWithinMs = 15_000;
/** Percent. */
const leastTimely = 80;
const trickleMs = 2_000;
/** Sockets are opened so many at a time: the system's backlog is not what is attacked. */
const batch = 100;

/** F7: sockets that begin and never go on, at each point where a server waits. */
export async function slowLoris(stage: Stage): Promise<void> {
  const { findings } = stage;
  const perPhase = stage.options.long ? 2_000 : 500;
  // A ClientHello's record header and its first octets.
  const tlsHello = Uint8Array.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 1, 2, 3]);
  const phases = [
    { name: "TLS hello", port: stage.tlsPort, hello: tlsHello },
    { name: "preface", port: stage.port, hello: connectionPreface.slice(0, 10) },
    { name: "frame header", port: stage.port, hello: Buffer.concat([clientHello, Uint8Array.from([0, 0, 20, 1])]) },
    { name: "field block", port: stage.port, hello: Buffer.concat([clientHello, frame(1, 0, 1, headBlock("One"))]) },
  ];
  // Opened and closed once before: what the code needs for so many sockets is no leak.
  for (const { port, hello } of phases) {
    for (let count = 0; count < perPhase; count += batch) {
      const clients = await Promise.all(
        Array.from({ length: batch }, () => RawClient.connect(port, { hello, keeps: false })),
      );
      for (const client of clients) client.destroy();
    }
  }
  await stage.attackersGone();
  const before = await stage.evenReport();
  const hold = async () => {
    const startedAt = performance.now();
    const sockets = new Map<string, RawClient[]>();
    for (const { name, port, hello } of phases) {
      const clients: RawClient[] = [];
      while (clients.length < perPhase) {
        clients.push(
          ...(await Promise.all(Array.from({ length: batch }, () => RawClient.connect(port, { hello, keeps: false })))),
        );
      }
      sockets.set(name, clients);
    }
    const all = [...sockets.values()].flat();
    const openedMs = performance.now() - startedAt;
    // Every other socket trickles: an octet now and then must not buy it time.
    const trickle = setInterval(() => {
      for (const [index, client] of all.entries()) if (index % 2 === 0 && !client.closed) client.socket.write("\0");
    }, trickleMs);
    const gone = await Promise.all(all.map((client) => client.ended(goneWithinMs)));
    clearInterval(trickle);
    for (const client of all) client.destroy();
    return { sockets, all, gone, openedMs, tookMs: performance.now() - startedAt - openedMs };
  };
  const { result, round, failed } = await stage.beside(
    "F7 slow-loris",
    hold,
    (_, seen) => timelyOf(seen) >= leastTimely,
  );
  const { sockets, all, gone, openedMs, tookMs } = result;
  findings.note("F7 slow-loris", `${all.length} sockets opened in`, `${(openedMs / 1000).toFixed(1)} s`);
  let index = 0;
  for (const [name, clients] of sockets) {
    const left = gone.slice(index, index + clients.length).filter((ended) => !ended).length;
    index += clients.length;
    findings.equal(`F7 ${name}`, `of ${clients.length} sockets open after 15 s`, left, 0);
  }
  findings.note("F7 slow-loris", "the last was gone after", `${(tookMs / 1000).toFixed(1)} s`);
  findings.atLeast("F7 slow-loris", "honest calls at ≤ 5× their idle median", timelyOf(round), leastTimely, " %");
  findings.equal("F7 slow-loris", "honest calls failed", failed, 0);
  await stage.attackersGone();
  const after = await stage.evenReport();
  const held = after.memory.heap + after.memory.external - before.memory.heap - before.memory.external;
  findings.atMost("F7 slow-loris", "growth of heap and buffers", held, 8, " MiB");
  // TLS keeps its memory in small pieces, which the allocator gives back as it can: 20 KiB for each socket there was.
  const growthMiB = (20 * all.length) / 1024;
  findings.atMost(
    "F7 slow-loris",
    "growth of the resident set",
    after.memory.rss - before.memory.rss,
    growthMiB,
    " MiB",
  );

  findings.equal("F7 slow-loris", "unhandled rejections", after.unhandledRejections.length, 0);
}

/** Percent of the honest calls that took at most 5 times the median in peace. */
function timelyOf({ latenciesMs, idleMs, calls }: Round): number {
  return (100 * latenciesMs.filter((latency) => latency <= 5 * idleMs).length) / calls;
}
