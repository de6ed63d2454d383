// SPDX-License-Identifier: Apache-2.0
// `npm test`: everything that must hold, from a fresh clone on. Every step is bounded; the last line counts. Plain Node.
// `npm test -- PATH…` runs only those tests, and every other step.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { install } from "./install.mjs";

const repository = fileURLToPath(new URL("..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "petrel-test-"));
const report = join(scratch, "vitest.json");
const minuteMs = 60_000;

const local = (name) => join(repository, "node_modules", name);
const tsx = (script) => [local("tsx/dist/cli.mjs"), `scripts/${script}.ts`];

install();
const results = [];
await step("build", async () => build());
const built = results[0].state === "passed";
if (scripts()["generate:check"] === undefined) {
  results.push({
    name: "generated code",
    state: "skipped",
    reason: "package.json has no script generate:check",
    ms: 0,
  });
} else {
  await step("generated code", () => node([...tsx("generate"), "--check"], 3 * minuteMs));
}
await step("lint", () => node([local("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "."], minuteMs));
await step("layers", () => node(tsx("check-layers"), minuteMs));
await step("types of tests", () => node([local("typescript/bin/tsc"), "-p", "tsconfig.test.json"], 2 * minuteMs));
const reporters = ["--reporter=default", "--reporter=json", `--outputFile=${report}`];
await step("tests", () =>
  node([local("vitest/vitest.mjs"), "run", ...reporters, ...process.argv.slice(2)], 5 * minuteMs),
);
// What browsers run: the codecs without Node's Buffer.
await step("portable codecs", () =>
  node(
    [local("vitest/vitest.mjs"), "run", "runtime/src/wire", "plugin/test/generated", "plugin/test/codec"],
    2 * minuteMs,
    {
      PETREL_TEXT: "portable",
    },
  ),
);
if (built) await step("packages", () => node(tsx("check-package"), 3 * minuteMs));
else results.push({ name: "packages", state: "skipped", reason: "the build failed", ms: 0 });
summarize();
rmSync(scratch, { recursive: true });

async function step(name, work) {
  console.log(`\n--- ${name}`);
  const startedAt = performance.now();
  const passed = await work();
  results.push({ name, state: passed ? "passed" : "failed", ms: performance.now() - startedAt });
}

/** Runs a Node program; false when it fails or takes longer than `timeoutMs`, whose children end with it. */
function node(args, timeoutMs, variables = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: repository,
      env: { ...process.env, ...variables },
      stdio: "inherit",
      detached: true,
    });
    const timer = setTimeout(() => {
      console.error(`${args[0]} was still running after ${timeoutMs} ms`);
      process.kill(-child.pid, "SIGKILL");
    }, timeoutMs);
    // A detached child does not hear Ctrl-C.
    const interrupt = () => process.kill(-child.pid, "SIGINT");
    process.once("SIGINT", interrupt);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      process.off("SIGINT", interrupt);
      resolve(code === 0);
    });
  });
}

function scripts() {
  return JSON.parse(readFileSync(join(repository, "package.json"), "utf8")).scripts;
}

/** One line a step, one a skipped test, then the sum: each test counts, and each other step as one. */
function summarize() {
  const tests = readReport();
  console.log("");
  for (const { name, state, reason, ms } of results) {
    console.log(`${state.padEnd(7)} ${name}${reason === undefined ? ` (${(ms / 1000).toFixed(1)} s)` : `: ${reason}`}`);
  }
  for (const name of tests.skipped) console.log(`skipped test: ${name}`);
  const steps = results.filter(({ name }) => name !== "tests");
  const passed = tests.passed + steps.filter(({ state }) => state === "passed").length;
  let failed = tests.failed + steps.filter(({ state }) => state === "failed").length;
  // Vitest can fail without a failed test: an unhandled error, a file that does not load, a leak.
  if (tests.failed === 0 && results.some(({ name, state }) => name === "tests" && state === "failed")) failed += 1;
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

function readReport() {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
    const skipped = testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === "pending" || status === "skipped" || status === "todo")
        .map(({ fullName }) => `${relative(repository, name)}: ${fullName}`),
    );
    return { passed: numPassedTests, failed: numFailedTests, skipped };
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    console.error("vitest left no report");
    return { passed: 0, failed: 0, skipped: [] };
  }
}
