// SPDX-License-Identifier: Apache-2.0
import type { Stage } from "./stage.js";

const perSecond = 2_000;
const calls = 3_000;
const graceMs = 2_000;

/** F17: SIGTERM under 2,000 calls a second. What was accepted ends well; what comes later is UNAVAILABLE and nothing else. */
export async function terminate(stage: Stage): Promise<void> {
  const { findings } = stage;
  const attack = "F17 SIGTERM";
  const flood = stage.honest.ask<Record<string, number>>("flood", { count: calls, perSecond });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const startedAt = performance.now();
  const code = await stage.server.end("SIGTERM");
  const tookMs = performance.now() - startedAt;
  const results = await flood;
  const { hello = 0, UNAVAILABLE = 0, ...others } = results;
  findings.equal(attack, "exit code", code ?? "signal", 0);
  findings.atMost(attack, "time to exit", tookMs, graceMs + 1_000, " ms");
  findings.equal(attack, "calls neither answered nor UNAVAILABLE", JSON.stringify(others), "{}");
  findings.equal(attack, "calls with a status", hello + UNAVAILABLE, calls);
  findings.atLeast(attack, "calls answered", hello, 500);
}
