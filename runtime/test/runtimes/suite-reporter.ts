// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** What a run of the suite came to, as the reporter leaves it in the file that PETREL_SUITE_REPORT names. */
export interface SuiteReport {
  readonly passed: number;
  /** Name and reason, of tests and of whatever else failed. */
  readonly failed: readonly string[];
  /** Reason to how many tests it kept from running. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** A reporter of Vitest that keeps the reasons of skipped tests, which the JSON reporter drops. */
export default class SuiteReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly { readonly message?: string }[]): void {
    const { PETREL_SUITE_REPORT: path } = process.env;
    if (path === undefined) throw new Error("PETREL_SUITE_REPORT names no file");
    let passed = 0;
    const failed = unhandledErrors.map((error) => `unhandled error: ${error.message}`);
    const skipped: Record<string, number> = {};
    for (const module of modules) {
      for (const error of module.errors()) failed.push(`${module.relativeModuleId}: ${error.message}`);
      for (const suite of module.children.allSuites()) {
        for (const error of suite.errors())
          failed.push(`${module.relativeModuleId} > ${suite.fullName}: ${error.message}`);
      }
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") passed += 1;
        else if (result.state === "skipped")
          skipped[result.note ?? test.fullName] = (skipped[result.note ?? test.fullName] ?? 0) + 1;
        else
          failed.push(`${module.relativeModuleId} > ${test.fullName}: ${result.errors?.[0]?.message ?? "did not end"}`);
      }
    }
    writeFileSync(path, JSON.stringify({ passed, failed, skipped } satisfies SuiteReport));
  }
}
