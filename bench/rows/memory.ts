// SPDX-License-Identifier: Apache-2.0
import { setTimeout as delay } from "node:timers/promises";
import { IdleConnections } from "../idle-client.js";
import { type InspectedServer, withInspectedServer } from "../inspected-server.js";
import { serverCore } from "../round.js";
import type { Row } from "./row.js";

const idleConnections = 2_000;
const streamConnections = 391;
const streamsPerConnection = 256;
const settleMs = 500;

/** What a peer that does nothing costs a server, in bytes: resident ones a connection, heap ones a stream. */
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
        connections.openStreams(streamsPerConnection, "/bench.v1.EchoService/Chat");
        const after = await memory(server);
        connections.check();
        return (after.heapUsed - before.heapUsed) / (streamConnections * streamsPerConnection);
      }),
  },
];

async function memory(server: InspectedServer): Promise<{ rss: number; heapUsed: number }> {
  await delay(settleMs);
  const { rss = 0, heapUsed = 0 } = await server.ask("memory");
  return { rss, heapUsed };
}
