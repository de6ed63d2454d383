// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run leak [-- --long --soak --minutes=10 --seed=N --only=K1,K3]`: what many calls and many failed connections
 * leave behind, which must be nothing. The figures are those of docs/reliability.md. Exits 1 when one is missed.
 */
import { parseArgs } from "node:util";
import { Findings } from "../runtime/test/attack/findings.js";
import { describeMachine } from "../runtime/test/attack/machine.js";
import { connectionErrors } from "../runtime/test/leak/connection-errors.js";
import { heapSlope } from "../runtime/test/leak/heap-slope.js";
import { sharedSignal } from "../runtime/test/leak/shared-signal.js";
import { soak } from "../runtime/test/leak/soak.js";
import { windowConservation } from "../runtime/test/leak/window-conservation.js";

const { values } = parseArgs({
  options: {
    long: { type: "boolean", default: false },
    soak: { type: "boolean", default: false },
    minutes: { type: "string" },
    seed: { type: "string" },
    only: { type: "string" },
  },
});
const { long } = values;
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const findings = new Findings((line) => console.log(line));
const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

const parts: Readonly<Record<string, () => Promise<void>>> = {
  K1: () => heapSlope(findings),
  K3: () => windowConservation(findings, seed, long ? 50_000 : 5_000),
  K4: () => sharedSignal(findings, long ? 100_000 : 20_000),
  K6: () => connectionErrors(findings, long ? 100_000 : 5_000),
};
const chosen = values.soak
  ? { K5: () => soak(findings, seed, Number(values.minutes ?? 10)) }
  : Object.fromEntries(
      (values.only?.split(",") ?? Object.keys(parts)).map((name) => {
        const part = parts[name];
        if (part === undefined) throw new Error(`--only=${name}: expected ${Object.keys(parts).join(", ")}`);
        return [name, part];
      }),
    );

console.log(`seed ${seed}, ${long ? "long" : "CI"} size; ${describeMachine()}`);
for (const [name, run] of Object.entries(chosen)) {
  const startedAt = performance.now();
  try {
    await run();
  } catch (error) {
    findings.broken(name, error);
  }
  console.log(`--- ${name} took ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}
findings.equal("all", "unhandled rejections", rejections.map(String).join("; "), "");
console.log(`\n${findings.table()}\n\n${describeMachine()}`);
console.log(findings.summary());
process.exit(findings.failed === 0 ? 0 : 1);
