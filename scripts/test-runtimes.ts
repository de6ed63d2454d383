// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run test:runtimes [-- --only=node-20,bun]`: the engine's and the calls' tests on every runtime, as many side by
 * side as there are processors; then pairs of runtimes over cleartext and TLS; then, alone, the bench's row "server unary
 * c4 m50" on each runtime where h2load is there. The last line counts.
 */
import { availableParallelism } from "node:os";
import { choosePairs, type PairResult, preparePairs, runPair } from "../runtime/test/runtimes/pairs.js";
import { installRuntime, type Runtime, runtimeNames } from "../runtime/test/runtimes/runtime.js";
import { runSuite } from "../runtime/test/runtimes/suite.js";
import { hasH2load, unaryRate } from "../runtime/test/runtimes/unary-rate.js";

const only = /^--only=(.+)$/.exec(process.argv[2] ?? "")?.[1]?.split(",");
if (process.argv.length > (only === undefined ? 2 : 3)) throw new Error("usage: test-runtimes [--only=NAME,NAME]");

const startedAt = performance.now();
const failures: string[] = [];
let passedTotal = 0;

const runtimes: Runtime[] = [];
for (const name of only ?? runtimeNames) runtimes.push(await installRuntime(name));
await preparePairs();

const suites = new Map<Runtime, string[]>();
const skips: string[] = [];
await inLanes(runtimes, async (runtime) => {
  const beganAt = performance.now();
  const report = await runSuite(runtime);
  passedTotal += report.passed;
  failures.push(...report.failed.map((reason) => `${runtime.name}: ${reason}`));
  const skipped = Object.entries(report.skipped);
  skips.push(...skipped.map(([reason, count]) => `${runtime.name} skips ${count}: ${reason}`));
  const skippedCount = skipped.reduce((sum, [, count]) => sum + count, 0);
  const counts = [report.passed, report.failed.length, skippedCount].map(String);
  suites.set(runtime, [...counts, `${secondsSince(beganAt)} s`]);
  progress(`${runtime.name} ${runtime.version}: ${counts[0]} passed, ${counts[1]} failed, ${counts[2]} skipped`);
});
progress(`suites done after ${secondsSince(startedAt)} s`);

const pairRows: string[][] = [];
for (const [client, server] of choosePairs(runtimes)) {
  const results = await Promise.all([runPair(client, server, "cleartext"), runPair(client, server, "tls")]);
  for (const { passed, failed } of results) {
    passedTotal += passed;
    failures.push(...failed);
  }
  pairRows.push([client.name, server.name, ...results.map(describePair)]);
  progress(`${client.name} to ${server.name}: ${results.map(describePair).join(", ")}`);
}

progress(`pairs done after ${secondsSince(startedAt)} s`);
const rates = new Map<Runtime, string>();
const isMeasurable = await hasH2load();
for (const runtime of isMeasurable ? runtimes : []) {
  try {
    rates.set(runtime, `${((await unaryRate(runtime)) / 1_000).toFixed(0)} k/s`);
  } catch (error) {
    failures.push(`${runtime.name}, unary rate: ${(error as Error).message}`);
  }
}

printTable([
  ["runtime", "version", "passed", "failed", "skipped", "took", "server unary c4 m50"],
  ...runtimes.map((runtime) => [
    runtime.name,
    runtime.version,
    ...(suites.get(runtime) ?? []),
    rates.get(runtime) ?? "–",
  ]),
]);
if (!isMeasurable) console.log("no unary rates: h2load is missing (Debian's nghttp2-client)");
printTable([["client", "server", "cleartext", "TLS, both certified"], ...pairRows]);
for (const skip of skips) console.log(skip);
for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(`${secondsSince(startedAt)} s`);
console.log(`${passedTotal} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 && passedTotal > 0 ? 0 : 1;

/** Does the work for each, in order, one at a time on each processor. */
async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
}

function describePair({ passed, failed }: PairResult): string {
  return failed.length === 0 ? `${passed} passed` : `${passed} passed, ${failed.length} failed`;
}

function secondsSince(beganAt: number): string {
  return ((performance.now() - beganAt) / 1_000).toFixed(0);
}

/** On stderr, as CI shows a run that takes minutes to be alive. */
function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  console.log("");
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}
