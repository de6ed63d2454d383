// SPDX-License-Identifier: Apache-2.0

import { type Result, runPlan } from "../runtime/test/interop/runner/matrix.js";
import { planRuns } from "../runtime/test/interop/runner/plan.js";
import { formatName, formatReport } from "../runtime/test/interop/runner/table.js";

// npm run interop [-- --only=client:server:case:security …]: gRPC's interop cases, Petrel against its peers, and the
// bad-server cases. Prints a table; exits 1 when a case failed.

const parallel = 2;

const filters = process.argv.slice(2).map((parameter) => {
  const match = /^--only=(.+)$/.exec(parameter);
  if (match === null) throw new Error(`unknown flag "${parameter}"; known: --only=client:server:case:security`);
  return match[1] as string;
});

const plan = planRuns(filters);
const results: Result[] = [];
await runPlan(plan, parallel, (result) => {
  results.push(result);
  process.stderr.write(
    `${result.outcome.passed ? "ok    " : "FAILED"} ${formatName(result)} ${Math.round(result.outcome.tookMs)} ms\n`,
  );
});
console.log(formatReport(plan, results));
if (results.length === 0 || results.some((result) => !result.outcome.passed)) process.exitCode = 1;
