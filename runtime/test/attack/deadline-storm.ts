// SPDX-License-Identifier: Apache-2.0
import { quantile } from "./findings.js";
import type { DeadlineReport } from "./honest-program.js";
import type { ServerCounts } from "./server-program.js";
import type { Stage } from "./stage.js";

const calls = 10_000;
const concurrency = 100;
const maxLateMs = 25;
const maxDelayMs = 100;

/** F16: 10,000 calls with deadlines of 1 to 50 ms against handlers that sleep. */
export async function deadlineStorm(stage: Stage): Promise<void> {
  const { findings } = stage;
  const caller = await stage.caller();
  const storm = async () => {
    // Not the memory: collecting garbage stops the server for longer than a deadline.
    const before = await stage.server.ask<ServerCounts>("counts");
    const asked = await caller.ask<DeadlineReport>("deadlines", { count: calls, concurrency });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const after = await stage.server.ask<ServerCounts>("counts");
    return { ...asked, before, after, delays: after.abortDelaysMs.toSorted((a, b) => a - b) };
  };
  const { result } = await stage.beside(
    "F16 deadlines",
    storm,
    (seen) =>
      quantile(seen.lateMs, 0.99) <= maxLateMs &&
      (seen.delays.at(-1) ?? 0) <= maxDelayMs &&
      seen.delays.length === sleepersOf(seen),
  );
  const { ended, lateMs, timersLeft, before, after, delays } = result;
  findings.equal("F16 deadlines", `of ${calls} calls DEADLINE_EXCEEDED`, ended.DEADLINE_EXCEEDED ?? 0, calls);
  findings.note("F16 deadlines", "statuses", JSON.stringify(ended));
  findings.atMost("F16 deadlines", "99 % end after their deadline within", quantile(lateMs, 0.99), maxLateMs, " ms");
  findings.note("F16 deadlines", "the latest", `${(lateMs.at(-1) ?? 0).toFixed(1)} ms`);
  // A request may reach the server after its deadline: then no handler starts, or its signal is aborted already.
  findings.equal(
    "F16 deadlines",
    `of ${sleepersOf(result)} handlers saw the cancel`,
    delays.length,
    sleepersOf(result),
  );
  findings.atMost(
    "F16 deadlines",
    "handlers see it after the deadline within",
    delays.at(-1) ?? Number.NaN,
    maxDelayMs,
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

function sleepersOf({ before, after }: { before: ServerCounts; after: ServerCounts }): number {
  return after.handlers.started - before.handlers.started;
}
