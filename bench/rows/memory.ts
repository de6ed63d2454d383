// SPDX-License-Identifier: Apache-2.0
import { setTimeout as delay } from "node:timers/promises";
import type { Contender } from "../contender.js";
import { IdleConnections } from "../idle-client.js";
import { type InspectedServer, withInspectedServer } from "../inspected-server.js";
import { serverCore } from "../round.js";
import type { Row } from "./row.js";

const idleConnections = 2_000;
const streamConnections = 391;
const streamsPerConnection = 256;
const settleMs = 500;
const idleMs = 3_000;
const chat = "/bench.v1.EchoService/Chat";

/** What peers that do nothing cost a server: resident bytes a connection, heap bytes a stream, turns of its event loop. */
export const memoryRows: readonly Row[] = [
  {
    kind: "memory",
    name: "memory an idle connection",
    unit: "B",
    better: "less",
    contenders: ["petrel", "grpc-js", "node:http2", "pipe"],
    targets: {},
    atMost: { more: 8_192, than: "pipe" },
    measure: (contender) =>
      withInspectedServer(contender, serverCore, async (server) => {
        using connections = new IdleConnections();
        const protocol = contender.protocol === "grpc" ? "http2" : "bytes";
        await connections.open(server.port, idleConnections / 10, protocol);
        const before = await memory(server);
        await connections.open(server.port, idleConnections, protocol);
        const after = await memory(server);
        connections.check();
        return (after.rss - before.rss) / idleConnections;
      }),
  },
  {
    kind: "memory",
    name: "heap an idle stream, 391 × 256",
    unit: "B",
    better: "less",
    contenders: ["petrel"],
    targets: {},
    atMost: { more: 2_048 },
    measure: (contender) =>
      withInspectedServer(contender, serverCore, async (server) => {
        using connections = new IdleConnections();
        await connections.open(server.port, streamConnections, "http2");
        const before = await memory(server);
        connections.openStreams(streamsPerConnection, chat);
        await connections.settled();
        const after = await memory(server);
        connections.check();
        return (after.heapUsed - before.heapUsed) / (streamConnections * streamsPerConnection);
      }),
  },
  {
    kind: "memory",
    name: "loop delay p99, 391 × 256 streams",
    unit: "ms",
    better: "less",
    contenders: ["petrel"],
    targets: {},
    atMost: { more: 50 },
    measure: async (contender) => (await openIdleAndCancel(contender)).p99Ms,
  },
  {
    kind: "memory",
    name: "cancel of 391 × 256 streams",
    unit: "ms",
    better: "less",
    contenders: ["petrel"],
    targets: {},
    atMost: { more: 5_000 },
    measure: async (contender) => (await openIdleAndCancel(contender)).cancelMs,
  },
];

/** The worst of three p99: while the streams are opened all at once, while they idle, while all are cancelled. */
function openIdleAndCancel(contender: Contender): Promise<{ p99Ms: number; cancelMs: number }> {
  return withInspectedServer(contender, serverCore, async (server) => {
    using connections = new IdleConnections();
    await connections.open(server.port, streamConnections, "http2");
    const p99s: number[] = [];
    const watched = async (work: () => Promise<unknown>): Promise<number> => {
      await server.ask("watch");
      const began = performance.now();
      await work();
      const elapsed = performance.now() - began;
      const { p99Ms = 0 } = await server.ask("watched");
      p99s.push(p99Ms);
      return elapsed;
    };
    await watched(() => {
      connections.openStreams(streamsPerConnection, chat);
      return connections.settled();
    });
    await watched(() => delay(idleMs));
    const cancelMs = await watched(() => {
      connections.cancelStreams(streamsPerConnection);
      return connections.settled();
    });
    connections.check();
    return { p99Ms: Math.max(...p99s), cancelMs };
  });
}

async function memory(server: InspectedServer): Promise<{ rss: number; heapUsed: number }> {
  await delay(settleMs);
  const { rss = 0, heapUsed = 0 } = await server.ask("memory");
  return { rss, heapUsed };
}
