// SPDX-License-Identifier: Apache-2.0
import type { Http2Limits, ServerStats } from "../../src/node/index.js";
import { Random } from "../support/random.js";
import { type Findings, median, quantile } from "./findings.js";
import type { HonestInput, HonestReport } from "./honest-program.js";
import { areLoud, Neighbours } from "./neighbours.js";
import { Program } from "./program.js";
import type { ServerInput, ServerReport } from "./server-program.js";

/** What `npm run attack` was told. */
export interface AttackOptions {
  readonly long: boolean;
  readonly seed: number;
}

export interface StageOptions {
  readonly limits?: Partial<Http2Limits>;
  readonly maxDescriptors?: number;
}

/** What happened to the honest client and the server while they were attacked. */
export interface Siege {
  readonly before: ServerReport;
  /** After the attackers have gone. */
  readonly after: ServerReport;
  /** Highest resident set while attacked, over what it was before, MiB. */
  readonly peakGrowth: number;
  /** Resident set after garbage collection, over what it was before, MiB. */
  readonly growth: number;
}

export interface SiegeOptions {
  /** Repeats within a round go on for as long, so that the honest client has calls to lose. Default 700 ms. */
  readonly roundMs?: number;
  /** Default 3. */
  readonly rounds?: number;
  /** Bound of the resident set's growth after garbage collection, MiB. */
  readonly growthMiB: number;
}

const idleMs = 400;
const leaveTimeoutMs = 10_000;
const maxSlowdown = 5;
/** The figures are of one connection's attack; repeating it is only to have honest calls beside it. */
const betweenAttacksMs = 10;
/** Percent of the honest calls that must be as quick as that. */
const leastKept = 80;
const maxHeldMiB = 8;
/** Taken when the first rounds miss the figure: the median of so few may be chance. */
const moreRounds = 4;
const maxTries = 3;
const honestCalls = `honest calls at ≤ ${maxSlowdown}× what ${leastKept} % of them take in peace`;

/** One look at the honest client in peace, and one under attack. */
export interface Round {
  /** Percent of its calls that succeeded in time. */
  readonly kept: number;
  /** Medians, milliseconds. */
  readonly idleMs: number;
  readonly attackedMs: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly calls: number;
  /** Of the calls under attack that succeeded. */
  readonly latenciesMs: readonly number[];
  /** Cores that programs of others took meanwhile. */
  readonly othersCores: number;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A server and an honest client on a connection of its own, each a process; the attacker is this one. */
export class Stage implements AsyncDisposable {
  readonly server: Program;
  readonly honest: Program;
  readonly port: number;
  readonly tlsPort: number;
  readonly findings: Findings;
  readonly options: AttackOptions;
  readonly random: Random;
  readonly #neighbours: Neighbours;
  #caller: Program | undefined;

  private constructor(
    server: Program,
    honest: Program,
    ports: { port: number; tlsPort: number },
    findings: Findings,
    options: AttackOptions,
  ) {
    this.server = server;
    this.honest = honest;
    this.port = ports.port;
    this.tlsPort = ports.tlsPort;
    this.findings = findings;
    this.options = options;
    this.random = new Random(options.seed);
    this.#neighbours = new Neighbours([process.pid, server.pid, honest.pid]);
  }

  static async open(findings: Findings, options: AttackOptions, stage: StageOptions = {}): Promise<Stage> {
    const input: ServerInput = stage.limits === undefined ? {} : { limits: stage.limits };
    const server = await Program.start(new URL("server-program.ts", import.meta.url), {
      input,
      maxDescriptors: stage.maxDescriptors,
    });
    const ports = await server.ask<{ port: number; tlsPort: number }>("ports");
    const honest = await Program.start(new URL("honest-program.ts", import.meta.url), { input: { port: ports.port } });
    const opened = new Stage(server, honest, ports, findings, options);
    await opened.load(1_000);
    return opened;
  }

  /** A second client with connections of its own, for a fault that calls bring about. */
  async caller(): Promise<Program> {
    if (this.#caller === undefined) {
      const input: HonestInput = { port: this.port };
      this.#caller = await Program.start(new URL("honest-program.ts", import.meta.url), { input });
      this.#neighbours.add(this.#caller.pid);
    }
    return this.#caller;
  }

  /** A report whose resident set can be compared with another's: V8's young generation is whole in both. */
  async evenReport(): Promise<ServerReport> {
    await this.server.ask("fill the young generation");
    return this.report();
  }

  report(): Promise<ServerReport> {
    return this.server.ask<ServerReport>("report");
  }

  counters(): Promise<ServerStats> {
    return this.server.ask<ServerStats>("counters");
  }

  /** The honest client's calls for a while. */
  async load(ms: number): Promise<HonestReport> {
    await this.honest.ask("start");
    await wait(ms);
    return this.honest.ask<HonestReport>("stop");
  }

  /**
   * Lets the honest client call while `attack` runs again and again, each round after a look at it in peace. Asserts
   * what every attack must leave intact: the server, the honest calls (median of the rounds), the memory, no unhandled
   * rejection. The first round is for warming up and its memory is not looked at.
   */
  async siege(name: string, attack: () => Promise<void>, options: SiegeOptions): Promise<Siege> {
    const { roundMs = 700, rounds = 3, growthMiB } = options;
    await repeat(attack, roundMs);
    await this.attackersGone();
    const before = await this.evenReport();
    const seen: Round[] = [];
    await this.#rounds(seen, rounds, attack, roundMs);
    if (keptOf(seen) < leastKept) await this.#rounds(seen, rounds + moreRounds, attack, roundMs);
    await this.attackersGone();
    const { peakRss } = await this.report();
    const after = await this.evenReport();
    const { findings } = this;
    const growth = after.memory.rss - before.memory.rss;
    findings.equal(name, "the server is up", this.server.running, true);
    this.#judge(name, seen);
    const held = after.memory.heap + after.memory.external - before.memory.heap - before.memory.external;
    findings.atMost(name, "growth of heap and buffers", held, maxHeldMiB, " MiB");
    findings.atMost(name, "growth of the resident set", growth, growthMiB, " MiB");
    findings.equal(name, "unhandled rejections", after.unhandledRejections.length, 0);
    return { before, after, growth, peakGrowth: peakRss - before.memory.rss };
  }

  /**
   * Lets the honest client call while `work` runs once, after a look at it in peace. When its calls are not kept, or
   * `isGood` says no, and others kept the machine busy meanwhile, all of it is done again, three times at most. Asserts
   * that the calls of the last time are kept, and tells of them.
   */
  async beside<T>(
    name: string,
    work: () => Promise<T>,
    isGood: (result: T, round: Round) => boolean = () => true,
  ): Promise<{ readonly result: T; readonly round: Round; readonly failed: number }> {
    let result: T | undefined;
    const once = () =>
      this.#round(async () => {
        result = await work();
      });
    let round = await once();
    const isFine = () => round.kept >= leastKept && isGood(result as T, round);
    for (let tries = 1; tries < maxTries && !isFine() && this.#mayRepeat(round); tries++) {
      round = await this.#neighbours.repeat(once);
    }
    this.#judge(name, [round]);
    return { result: result as T, round, failed: sum(round.failed) };
  }

  /** Takes rounds up to `wanted`; while they miss the figure, one more for each that others disturbed. */
  async #rounds(seen: Round[], wanted: number, attack: () => Promise<void>, roundMs: number): Promise<void> {
    const once = () => this.#round(() => repeat(attack, roundMs));
    while (seen.length < wanted) seen.push(await once());
    const isEnough = () => keptOf(seen) >= leastKept || calm(seen).length >= wanted;
    while (!isEnough() && seen.length < 2 * wanted && this.#neighbours.mayRepeat) {
      seen.push(await this.#neighbours.repeat(once));
    }
  }

  #mayRepeat({ othersCores }: Round): boolean {
    return areLoud(othersCores) && this.#neighbours.mayRepeat;
  }

  async #round(work: () => Promise<void>): Promise<Round> {
    this.#neighbours.cores();
    const idle = (await this.load(idleMs)).latenciesMs;
    await this.honest.ask("start");
    await work();
    const { latenciesMs, failed } = await this.honest.ask<HonestReport>("stop");
    const calls = latenciesMs.length + sum(failed);
    const timely = latenciesMs.filter((latency) => latency <= maxSlowdown * quantile(idle, leastKept / 100)).length;
    return {
      kept: (100 * timely) / calls,
      idleMs: quantile(idle, 0.5),
      attackedMs: quantile(latenciesMs, 0.5),
      failed,
      calls,
      latenciesMs,
      othersCores: this.#neighbours.cores(),
    };
  }

  #judge(name: string, seen: readonly Round[]): void {
    const { findings } = this;
    findings.atLeast(name, honestCalls, keptOf(seen), leastKept, " %");
    const lost = seen.map(({ failed }) => failed).filter((failed) => Object.keys(failed).length > 0);
    if (lost.length > 0) findings.note(name, "honest calls failed, by round", JSON.stringify(lost));
    const slowdown = median(seen.map(({ attackedMs, idleMs }) => attackedMs / idleMs));
    const inPeace = median(seen.map((each) => each.idleMs)).toFixed(2);
    findings.note(name, "honest median, in peace and attacked", `${inPeace} ms, ${slowdown.toFixed(1)}× that`);
    if (calm(seen).length === seen.length) return;
    const cores = median(seen.map(({ othersCores }) => othersCores)).toFixed(1);
    findings.note(
      name,
      "rounds that others disturbed",
      `${seen.length - calm(seen).length} of ${seen.length}, ${cores} cores`,
    );
  }

  /** Resolves once the server has no connection but the honest client's; rejects after 10 s. */
  async attackersGone(): Promise<void> {
    const until = performance.now() + leaveTimeoutMs;
    let open = 0;
    do {
      ({ open } = (await this.counters()).connections);
      if (open <= 1) return;
      await wait(20);
    } while (performance.now() < until);
    throw new Error(`${open - 1} attackers' connections still open after ${leaveTimeoutMs} ms`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#caller?.[Symbol.asyncDispose]();
    await this.honest[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, count) => all + count, 0);

const calm = (rounds: readonly Round[]) => rounds.filter(({ othersCores }) => !areLoud(othersCores));

/** Percent of the honest calls that were kept, in the median of the rounds that nobody disturbed, or else of all. */
function keptOf(rounds: readonly Round[]): number {
  const counted = calm(rounds).length > 0 ? calm(rounds) : rounds;
  return median(counted.map(({ kept }) => kept));
}

async function repeat(attack: () => Promise<void>, forMs: number): Promise<void> {
  const until = performance.now() + forMs;
  do {
    await attack();
    await wait(betweenAttacksMs);
  } while (performance.now() < until);
}

/** How much a limit was hit between two reports. */
export function hits(siege: Siege, limit: keyof ServerStats["limits"]): number {
  return siege.after.stats.limits[limit] - siege.before.stats.limits[limit];
}
