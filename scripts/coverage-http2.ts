// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run coverage:http2`: lines and branches of runtime/src/http2 that its unit tests run, and the files with the most
 * left out. Exits 1 below 95 % of lines or 90 % of branches, and when a test fails.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { repository, run } from "./child-process.js";

const required = { lines: 95, branches: 90 };
const listed = 8;
const timeoutMs = 240_000;

interface Share {
  readonly total: number;
  readonly covered: number;
  readonly pct: number;
}
type Coverage = Readonly<Record<string, { readonly lines: Share; readonly branches: Share }>>;

const folder = await mkdtemp(join(tmpdir(), "petrel-coverage-"));
try {
  const { exitCode, stdout, stderr } = await run(
    process.execPath,
    [
      join(repository, "node_modules/vitest/vitest.mjs"),
      "run",
      "runtime/src/http2/",
      "--coverage.enabled",
      "--coverage.provider=v8",
      "--coverage.include=runtime/src/http2/**/*.ts",
      "--coverage.exclude=**/*.test.ts",
      "--coverage.reporter=json-summary",
      `--coverage.reportsDirectory=${folder}`,
    ],
    { timeoutMs },
  );
  if (exitCode === 0) {
    print(JSON.parse(await readFile(join(folder, "coverage-summary.json"), "utf8")) as Coverage);
  } else {
    // Where a test fails, Vitest measures nothing.
    console.log(`${stdout}${stderr}\n0 passed, 2 failed`);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function print({ total, ...files }: Coverage): void {
  const left = (file: string) => missing(files[file].lines) + missing(files[file].branches);
  const worst = Object.keys(files).filter((file) => left(file) > 0);
  worst.sort((a, b) => left(b) - left(a));
  for (const file of worst.slice(0, listed)) {
    const { lines, branches } = files[file];
    console.log(`${relative(repository, file)}: ${missing(lines)} lines and ${missing(branches)} branches not run`);
  }
  let failed = 0;
  for (const kind of ["lines", "branches"] as const) {
    const { covered, total: all, pct } = total[kind];
    if (pct < required[kind]) failed += 1;
    console.log(`${kind} of http2/: ${pct} % (${covered} of ${all}), at least ${required[kind]} %`);
  }
  console.log(`${2 - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

function missing({ total, covered }: Share): number {
  return total - covered;
}
