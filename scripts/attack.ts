// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run attack [-- --long --seed=N --only=F1,F7]`: hostile clients and faults against a server in a process of its
 * own, with an honest client beside it. The figures are those of docs/reliability.md; a table of them comes last. Exits 1
 * when one is missed, and when it takes longer than 7 minutes, 20 with `--long`.
 */
import { constants, setPriority } from "node:os";
import { parseArgs } from "node:util";
import { attacks } from "../runtime/test/attack/attacks.js";
import { Findings } from "../runtime/test/attack/findings.js";
import { describeMachine } from "../runtime/test/attack/machine.js";
import { Stage, type StageOptions } from "../runtime/test/attack/stage.js";

const { values } = parseArgs({
  options: { long: { type: "boolean", default: false }, seed: { type: "string" }, only: { type: "string" } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const options = { long: values.long, seed };
const only = values.only?.split(",");
const unknown = only?.find((name) => !attacks.some((attack) => attack.name === name));
if (unknown !== undefined) {
  throw new Error(`--only=${unknown}: expected ${attacks.map(({ name }) => name).join(", ")}`);
}

const { PRIORITY_LOW, PRIORITY_NORMAL } = constants.priority;
// Only root may take a lower priority back.
const prioritize = process.getuid?.() === 0 ? setPriority : () => undefined;
const findings = new Findings((line) => console.log(line));
console.log(`seed ${seed}, ${values.long ? "long" : "CI"} size; ${describeMachine()}`);
const limitMinutes = values.long ? 20 : 7;
let current = "";
// The programs end with this one.
setTimeout(() => {
  findings.broken(current, `still running when the whole had taken ${limitMinutes} minutes`);
  end();
}, limitMinutes * 60_000).unref();
for (const { name, stage, run, runAlone } of attacks) {
  if (only !== undefined && !only.includes(name)) continue;
  const startedAt = performance.now();
  current = name;
  try {
    prioritize(PRIORITY_NORMAL);
    await runAlone?.(findings, options);
    if (run !== undefined) await attackServer(run, stage?.(options));
  } catch (error) {
    findings.broken(name, error);
  }
  console.log(`--- ${name} took ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}
end();

async function attackServer(run: (stage: Stage) => Promise<void>, stage: StageOptions | undefined): Promise<void> {
  await using opened = await Stage.open(findings, options, stage);
  // An attacker has a machine of its own; here it must not win by taking the honest client's processor.
  prioritize(PRIORITY_LOW);
  await run(opened);
}

function end(): never {
  console.log(`\n${findings.table()}\n\n${describeMachine()}`);
  console.log(findings.summary());
  process.exit(findings.failed === 0 && findings.all.length > 0 ? 0 : 1);
}
