// SPDX-License-Identifier: Apache-2.0
// The server under attack: the text service on a cleartext and a TLS port, and what it has seen on request.
import { readFileSync } from "node:fs";
import { createServer, type Http2Limits, type ServerStats } from "../../src/node/index.js";
import { Texts } from "../support/text-service.js";
import { ChaoticHandlers } from "./chaotic-handlers.js";
import { collectedMemory, collectedPeak, type Memory, PeakMemory } from "./memory.js";
import { answer } from "./program.js";

export interface ServerInput {
  readonly limits?: Partial<Http2Limits>;
}

/** What a server has counted. */
export interface ServerCounts {
  readonly stats: ServerStats;
  readonly tlsStats: ServerStats;
  readonly handlers: { readonly started: number; readonly running: number; readonly peak: number };
  /** Milliseconds from a call's deadline to its handler's abort, in order. */
  readonly abortDelaysMs: readonly number[];
  readonly unhandledRejections: readonly string[];
  readonly resources: Readonly<Record<string, number>>;
  readonly refusals: readonly string[];
}

export interface ServerReport extends ServerCounts {
  readonly memory: Memory;
  /** Highest resident set since the last report, MiB. */
  readonly peakRss: number;
  readonly cpuMs: number;
}

const pem = (name: string) => readFileSync(new URL(`../../../testdata/certs/${name}`, import.meta.url));
const unhandledRejections: string[] = [];
process.on("unhandledRejection", (reason) => unhandledRejections.push(String(reason)));

answer(async ({ limits }: ServerInput) => {
  const handlers = new ChaoticHandlers();
  const peak = new PeakMemory();
  const refusals: string[] = [];
  const onError = (error: unknown, call: unknown) => {
    if (call === undefined && refusals.length < 20) refusals.push(error instanceof Error ? error.message : "");
  };
  const server = createServer({ onError, ...(limits === undefined ? {} : { limits }) });
  let stopWatching = () => {};
  let watched: Promise<number> | undefined;
  let certificate = "server";
  const tlsServer = createServer({
    onError,
    tls: () => ({ cert: pem(`${certificate}.pem`), key: pem(`${certificate === "client" ? "client" : "server"}.key`) }),
  });
  server.addService(Texts, handlers);
  tlsServer.addService(Texts, handlers);
  const { port } = await server.listen("127.0.0.1:0");
  const { port: tlsPort } = await tlsServer.listen("127.0.0.1:0");
  process.once("SIGTERM", () => server.shutdown({ graceMs: 2_000 }).then(() => process.exit(0)));
  return {
    ports: () => ({ port, tlsPort }),
    counters: () => server.stats(),
    "fill the young generation": fillYoungGeneration,
    "watch collected": () => {
      watched = collectedPeak(
        new Promise<void>((resolve) => {
          stopWatching = resolve;
        }),
      );
    },
    "peak collected": () => {
      stopWatching();
      return watched;
    },
    rotate: async (name: string) => {
      certificate = name;
      await tlsServer.reloadTls();
    },
    counts,
    report: async (): Promise<ServerReport> => {
      const peakRss = peak.peak;
      const { user, system } = process.cpuUsage();
      const memory = await collectedMemory();
      peak.reset();
      return { ...counts(), memory, peakRss, cpuMs: (user + system) / 1000 };
    },
  };

  function counts(): ServerCounts {
    const resources: Record<string, number> = {};
    for (const type of process.getActiveResourcesInfo()) resources[type] = (resources[type] ?? 0) + 1;
    return {
      stats: server.stats(),
      tlsStats: tlsServer.stats(),
      handlers: handlers.takeCounts(),
      abortDelaysMs: handlers.takeAbortDelays(),
      unhandledRejections,
      resources,
      refusals,
    };
  }
});

/**
 * V8's young generation grows with what survives in it, up to three times 16 MiB, and shrinks when V8 sees fit. Done
 * before each look, so that the resident set's growth is an attack's doing.
 */
function fillYoungGeneration(): void {
  let survivors: object[] = [];
  for (let index = 0; index < 3_000_000; index++) {
    survivors.push({ index });
    if (survivors.length === 200_000) survivors = [];
  }
}
