// SPDX-License-Identifier: Apache-2.0
import type { ScriptedCall } from "./honest-program.js";
import type { Stage } from "./stage.js";

/** F18: handlers that fail in every way we could think of, mixed with good ones; each call has the right status. */
export async function handlerChaos(stage: Stage): Promise<void> {
  const { findings } = stage;
  const total = stage.options.long ? 100_000 : 12_000;
  const kinds: readonly Omit<ScriptedCall, "count">[] = [
    { shape: "one", text: "fine", expected: "fine" },
    { shape: "one", text: "throw", expected: "NOT_FOUND" },
    { shape: "one", text: "reject", expected: "UNKNOWN" },
    { shape: "one", text: "reject-nothing", expected: "UNKNOWN" },
    { shape: "one", text: "nonsense", expected: "INTERNAL" },
    { shape: "one", text: "never", timeoutMs: 20, expected: "DEADLINE_EXCEEDED" },
    { shape: "down", text: "throw", expected: "ABORTED" },
    { shape: "down", text: "throw-later", expected: "UNKNOWN" },
    { shape: "down", text: "outbox-ends-twice", expected: "one" },
    { shape: "down", text: "outbox-sends-late", expected: "" },
    { shape: "down", text: "headers-twice", expected: "headers-twice" },
    { shape: "down", text: "no-iterable", expected: "UNKNOWN" },
  ];
  const caller = await stage.caller();
  const before = await stage.report();
  const count = Math.ceil(total / kinds.length);
  // A handler that never settles keeps its place among the 256 of its connection, so a part has 100 of them.
  const parts = Math.ceil(count / 100);
  let scripts = 0;
  const wrong: Record<string, number> = {};
  await stage.beside("F18 handler chaos", async () => {
    for (let part = 0; part < parts; part++) {
      scripts += 1;
      const script = kinds.map((kind) => ({ ...kind, count: Math.ceil(count / parts) }));
      for (const [what, times] of Object.entries(await caller.ask<Record<string, number>>("script", script))) {
        wrong[what] = (wrong[what] ?? 0) + times;
      }
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const after = await stage.report();
  const ended = Object.values(after.stats.calls.ended).reduce((sum, each) => sum + each, 0);
  findings.equal(
    "F18 handler chaos",
    `wrong statuses of ${count * kinds.length * (scripts / parts)} calls`,
    JSON.stringify(wrong),
    "{}",
  );
  findings.equal("F18 handler chaos", "the server is up", stage.server.running, true);
  findings.equal("F18 handler chaos", "unhandled rejections", JSON.stringify(after.unhandledRejections), "[]");
  // By design such a handler runs for as long as the process, whatever became of its call. Under load some deadlines
  // pass before their handler starts.
  const nevers = Math.ceil(count / parts) * scripts;
  const { running, started } = after.stats.calls;
  findings.atMost("F18 handler chaos", "handlers still running: those that never settle", running, nevers);
  findings.equal("F18 handler chaos", "calls ended, of those started", ended + running, started);
  findings.equal(
    "F18 handler chaos",
    "connections, one for each part",
    after.stats.connections.accepted - before.stats.connections.accepted,
    scripts,
  );
  // Each of those keeps its call: 3 KiB.
  findings.atMost(
    "F18 handler chaos",
    "growth of heap and buffers",
    after.memory.heap + after.memory.external - before.memory.heap - before.memory.external,
    8 + (3 * nevers) / 1024,
    " MiB",
  );
}
