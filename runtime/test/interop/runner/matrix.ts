// SPDX-License-Identifier: Apache-2.0

import { timedCaseNames } from "./case-table.js";
import type { Peer, Security } from "./peer.js";
import { badServer } from "./petrel-peer.js";
import type { Pair, Plan } from "./plan.js";
import { badServerName } from "./plan.js";
import { freePort, type Outcome, Running, startServer } from "./process.js";

const caseTimeoutMs = 20_000;
/** A thousand calls of 586 kB at once: seconds on two idle cores, more on busy ones. */
const heavyCaseTimeoutMs = 60_000;

/** The result of one case of one pair. */
export interface Result {
  readonly client: string;
  readonly server: string;
  readonly security: Security;
  readonly testCase: string;
  readonly outcome: Outcome;
}

function timeoutOf(testCase: string): number {
  return testCase === "concurrent_large_unary" ? heavyCaseTimeoutMs : caseTimeoutMs;
}

/** Runs the plan, at most `parallel` cases at a time and a timed case alone, and reports each result as it comes. */
export async function runPlan(plan: Plan, parallel: number, report: (result: Result) => void): Promise<void> {
  for (const [, pairs] of groupByServer(plan.pairs)) await runServer(pairs, parallel, report);
  const badCases = plan.badServerRuns.flatMap(({ client, cases }) => cases.map((name) => ({ client, name })));
  await forEachLimited(badCases, parallel, async ({ client, name }) => {
    await client.prepare();
    const outcome = await runBadCase(client, name);
    report({ client: client.name, server: badServerName, security: "cleartext", testCase: name, outcome });
  });
}

/** Starts one server and runs every client's cases against it. */
async function runServer(pairs: readonly Pair[], parallel: number, report: (result: Result) => void): Promise<void> {
  const jobs = pairs.flatMap((pair) => pair.cases.map((testCase) => ({ ...pair, testCase })));
  const first = jobs[0];
  if (first === undefined) return;
  const { server, security } = first;
  const fail = (error: unknown) => {
    const outcome = notRun(error);
    for (const job of jobs) {
      report({ client: job.client.name, server: server.name, security, testCase: job.testCase, outcome });
    }
  };
  const port = await freePort();
  let running: Running;
  try {
    for (const peer of new Set([server, ...pairs.map((pair) => pair.client)])) await peer.prepare();
    running = await startServer(server.server(port, security), port);
  } catch (error) {
    fail(error);
    return;
  }
  const endpoint = { port, security, seesCompressedFlag: server.seesCompressedFlag };
  const runJob = async ({ client, testCase }: (typeof jobs)[number]) => {
    const outcome = await new Running(client.client(testCase, endpoint)).outcome(timeoutOf(testCase));
    report({ client: client.name, server: server.name, security, testCase, outcome });
  };
  const isTimed = ({ testCase }: (typeof jobs)[number]) => timedCaseNames.has(testCase);
  await forEachLimited(
    jobs.filter((job) => !isTimed(job)),
    parallel,
    runJob,
  );
  await forEachLimited(jobs.filter(isTimed), 1, runJob);
  const crashed = running.ended;
  const { output } = await running.stop();
  if (crashed) {
    const outcome = { passed: false, tookMs: 0, reason: "it ended by itself", output };
    report({ client: "any", server: server.name, security, testCase: "server stays up", outcome });
  }
}

async function runBadCase(client: Peer, testCase: Plan["badServerRuns"][number]["cases"][number]): Promise<Outcome> {
  const port = await freePort();
  const program = client.badServerClient(testCase, port);
  if (program === undefined) throw new Error(`${client.name} has no client for ${testCase}`);
  try {
    const server = await startServer(badServer(testCase, port), port);
    const outcome = await new Running(program).outcome(caseTimeoutMs);
    const verdict = await server.stop();
    const output = `${outcome.output}${verdict.output}`;
    if (!outcome.passed) return { ...outcome, output };
    return { ...outcome, passed: verdict.passed, reason: `the bad server: ${verdict.reason}`, output };
  } catch (error) {
    return notRun(error);
  }
}

function notRun(error: unknown): Outcome {
  return { passed: false, tookMs: 0, reason: "not run", output: String(error) };
}

function groupByServer(pairs: readonly Pair[]): Map<string, Pair[]> {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const key = `${pair.server.name} ${pair.security}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pair]);
    else group.push(pair);
  }
  return groups;
}

async function forEachLimited<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
