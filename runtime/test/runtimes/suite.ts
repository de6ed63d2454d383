// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository, run } from "../../../scripts/child-process.js";
import type { Runtime } from "./runtime.js";
import type { SuiteReport } from "./suite-reporter.js";

/** Two at once on two processors that others use, too. */
const suiteTimeoutMs = 300_000;

/** The engine beside its sources, and whole calls: in process, over TCP and TLS. */
const suites = ["runtime/src", "runtime/test/call", "runtime/test/server", "runtime/test/client"];

/**
 * Runs the engine's and the calls' tests, Vitest included, on a runtime. A run that leaves no report, or passes no test
 * at all, has failed.
 */
export async function runSuite({ command, name }: Runtime): Promise<SuiteReport> {
  const folder = await mkdtemp(join(tmpdir(), "petrel-runtimes-"));
  const reportPath = join(folder, "report.json");
  const [program, ...args] = command;
  try {
    const reporter = join(repository, "runtime/test/runtimes/suite-reporter.ts");
    const vitest = [join(repository, "node_modules/vitest/vitest.mjs"), "run"];
    const flags = [`--reporter=${reporter}`, "--silent"];
    const { exitCode, stdout, stderr } = await run(program, [...args, ...vitest, ...suites, ...flags], {
      env: { ...process.env, PETREL_SUITE_REPORT: reportPath },
      timeoutMs: suiteTimeoutMs,
    });
    const report = await readReport(reportPath);
    if (report === undefined) return failure(`${name} left no report, exit code ${exitCode}: ${stdout}${stderr}`);
    if (report.failed.length > 0 || (exitCode === 0 && report.passed > 0)) return report;
    return { ...report, failed: [`${report.passed} tests passed, but the exit code is ${exitCode}: ${stderr}`] };
  } catch (error) {
    return failure((error as Error).message);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const failure = (reason: string): SuiteReport => ({ passed: 0, failed: [reason], skipped: {} });

async function readReport(path: string): Promise<SuiteReport | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as SuiteReport);
}
