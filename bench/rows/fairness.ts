// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runChecked } from "../../scripts/child-process.js";
import { bench, type Contender } from "../contender.js";
import { IdleConnections } from "../idle-client.js";
import { withInspectedServer } from "../inspected-server.js";
import { loadCore, type Round, serverCore } from "../round.js";
import type { Row } from "./row.js";

const stalledStreams = 100;
const settleMs = 500;
/** `Count { value: 1024 }`: as many messages of 64 KiB. */
const downloadRequest = Buffer.from([0x08, 0x80, 0x08]);
const maxQueuedBytes = 64 * 1024;
/** What a client that says nothing of windows leaves a stream (RFC 9113 §6.9.2). */
const windowBytes = 65_535;
const inFlight = 64;
const loadShare = 0.7;

/** What one stream, transfer or connection may cost the others. */
export const fairnessRows: readonly Row[] = [
  {
    kind: "fairness",
    name: "throughput lost by 99 streams to a stalled one",
    unit: "%",
    better: "less",
    contenders: ["petrel"],
    targets: {},
    atMost: { more: 10 },
    measure: async (contender, round) => 100 * (1 - figure(await share(contender, round, "stalled"), "besideShare")),
  },
  {
    kind: "fairness",
    name: "buffered for a stalled stream",
    unit: "B",
    better: "less",
    contenders: ["petrel"],
    targets: {},
    atMost: { more: maxQueuedBytes + windowBytes },
    measure: (contender) =>
      withInspectedServer(contender, serverCore, async (server) => {
        using connections = new IdleConnections();
        await connections.open(server.port, 1, "http2");
        const { arrayBuffers: before = 0 } = await server.ask("memory");
        connections.openStreams(stalledStreams, "/bench.v1.EchoService/Download", downloadRequest);
        await delay(settleMs);
        const { arrayBuffers: after = 0 } = await server.ask("memory");
        connections.check();
        return (after - before) / stalledStreams;
      }),
  },
  {
    kind: "fairness",
    name: "unary p99 beside a 64 MiB transfer, of p99 alone",
    unit: "×",
    better: "less",
    contenders: ["petrel"],
    targets: {},
    atMost: { more: 3 },
    measure: async (contender, round) => {
      const figures = await share(contender, round, "transfer");
      return figure(figures, "besideP99Us") / figure(figures, "aloneP99Us");
    },
  },
  {
    kind: "fairness",
    name: "loop delay p99 at 70 % load, 64 in flight",
    unit: "ms",
    better: "less",
    contenders: ["petrel"],
    targets: {},
    atMost: { more: 20 },
    measure: (contender, round) =>
      withInspectedServer(contender, serverCore, async (server) => {
        const full = await load(contender, round, server.port, []);
        const rate = Math.round((loadShare * figure(full, "calls")) / figure(full, "seconds"));
        await server.ask("watch");
        await load(contender, round, server.port, ["--rate", String(rate)]);
        return figure(await server.ask("watched"), "p99Ms");
      }),
  },
];

type Figures = Readonly<Record<string, number>>;

/** Runs peers/petrel/fairness.ts against the round's server. */
async function share(contender: Contender, round: Round, work: "stalled" | "transfer"): Promise<Figures> {
  const { port } = await round.server(contender);
  return run(contender, "fairness.js", [String(port), work, String(round.seconds)]);
}

async function load(contender: Contender, round: Round, port: number, flags: readonly string[]): Promise<Figures> {
  const positionals = [port, "echo", round.seconds, inFlight].map(String);
  const [node] = contender.server;
  return JSON.parse(
    await onLoadCore([node, join(bench, "peers/load.js"), clientModule(contender), ...positionals, ...flags]),
  );
}

async function run(contender: Contender, program: string, args: readonly string[]): Promise<Figures> {
  const [node] = contender.server;
  return JSON.parse(await onLoadCore([node, join(clientModule(contender), "..", program), ...args]));
}

function clientModule({ client, name }: Contender): string {
  if (client === undefined || !("module" in client)) throw new Error(`${name} has no client module`);
  return client.module;
}

function onLoadCore(command: readonly string[]): Promise<string> {
  return runChecked("taskset", ["-c", String(loadCore), ...command]);
}

function figure(figures: Figures, name: string): number {
  const value = figures[name];
  if (value === undefined) throw new Error(`no ${name} among ${JSON.stringify(figures)}`);
  return value;
}
