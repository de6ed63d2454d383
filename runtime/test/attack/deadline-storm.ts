// SPDX-License-Identifier: Apache-2.0
import { quantile } from "./findings.js";
import type { DeadlineReport } from "./honest-program.js";
import type { Stage } from "./stage.js";

const calls = 10_000;
const concurrency = 100;

/** F16: 10,000 calls with deadlines of 1 to 50 ms against handlers that sleep. */
export async function deadlineStorm(stage: Stage): Promise<void> {
  const { findings } = stage;
  const before = await stage.report();
  const { ended, lateMs, timersLeft } = await stage.honest.ask<DeadlineReport>("deadlines", {
    count: calls,
    concurrency,
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const after = await stage.report();
  const delays = [...after.abortDelaysMs].sort((a, b) => a - b);
  const started = after.stats.calls.started - before.stats.calls.started;
  findings.equal("F16 deadlines", `of ${calls} calls DEADLINE_EXCEEDED`, ended.DEADLINE_EXCEEDED ?? 0, calls);
  findings.note("F16 deadlines", "statuses", JSON.stringify(ended));
  findings.atMost("F16 deadlines", "99 % end after their deadline within", quantile(lateMs, 0.99), 25, " ms");
  findings.note("F16 deadlines", "the latest", `${(lateMs.at(-1) ?? 0).toFixed(1)} ms`);
  // A request may reach the server after its deadline: then no handler starts, or its signal is aborted already.
  findings.atLeast("F16 deadlines", "handlers that saw the cancel, of calls started", delays.length / started, 0.95);
  findings.atMost(
    "F16 deadlines",
    "handlers see it after the deadline within",
    delays.at(-1) ?? Number.NaN,
    100,
    " ms",
  );
  findings.equal("F16 deadlines", "calls still running", after.stats.calls.running, 0);
  findings.atMost("F16 deadlines", "the client's timers left", timersLeft, 2);
  findings.equal(
    "F16 deadlines",
    "the server's timers over before",
    (after.resources.Timeout ?? 0) - (before.resources.Timeout ?? 0),
    0,
  );
}
