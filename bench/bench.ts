// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bench [-- --quick --rows=server,pair --only=petrel,grpc-js --rounds=N --seconds=N --node=24]`: the table of
 * docs/performance.md, one core for servers and another for load. Contenders alternate within every row of every round,
 * so read the ratios. `--rows` takes kinds or beginnings of names. Exits 1 when Petrel is below a floor.
 */
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { runChecked } from "../scripts/child-process.js";
import { type NodeMajor, nodeRuntime } from "../scripts/node-runtime.js";
import { contenders, installPeers } from "./contender.js";
import { findH2load } from "./h2load.js";
import { Round } from "./round.js";
import { clientRows } from "./rows/client.js";
import { costRows } from "./rows/cost.js";
import { fairnessRows } from "./rows/fairness.js";
import { largeRows } from "./rows/large.js";
import { memoryRows } from "./rows/memory.js";
import { profileRows } from "./rows/profile.js";
import { named, type Row, rowKinds } from "./rows/row.js";
import { serverRows } from "./rows/server.js";
import { streamingRows } from "./rows/streaming.js";
import { Figures, formatRows } from "./table.js";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string" },
    rows: { type: "string" },
    only: { type: "string" },
    node: { type: "string" },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const seconds = Number(values.seconds ?? 2);
const node = values.node === undefined ? process.execPath : await nodeRuntime(Number(values.node) as NodeMajor);
const all = await contenders(node);
for (const name of values.only?.split(",") ?? []) named(all, name);
const rows = chosenRows();
const measured = all.filter(({ name }) => rows.some((row) => row.contenders.includes(name)));

if (availableParallelism() < 2) throw new Error("the benchmark needs two cores, one for servers, one for load");
const h2load = await findH2load();
await installPeers();
for (const contender of measured) await contender.prepare();
// Every client is tried against Petrel's server, whoever is chosen.
await named(all, "petrel").prepare();

const nodeVersion = (await runChecked(node, ["--version"])).trim();
console.log(`machine: ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores; node ${nodeVersion}; ${h2load}`);
for (const { name, note } of measured) if (note !== "") console.log(`${name}: ${note}`);
const figures = new Figures();
let failures = 0;
for (let number = 0; number < rounds; number++) await measureRound(number);
console.log(`\nmedian of ${rounds} rounds of ${seconds} s (lowest–highest), every limit on\n`);
console.log(formatRows(rows, figures));
process.exitCode = floorsMet() ? 0 : 1;

function chosenRows(): Row[] {
  const every = [
    ...serverRows,
    ...clientRows,
    ...streamingRows,
    ...largeRows,
    ...costRows,
    ...profileRows,
    ...memoryRows,
    ...fairnessRows,
  ];
  const wanted = values.rows?.split(",");
  const chosen = every
    .filter((row) => !values.quick || row.quick !== undefined)
    .filter(({ kind, name }) => wanted?.some((want) => kind === want || name.startsWith(want)) ?? true)
    .map((row) => ({ ...row, contenders: (values.quick && row.quick) || row.contenders }))
    .map((row) => ({
      ...row,
      contenders: row.contenders.filter((name) => values.only?.split(",").includes(name) ?? true),
    }))
    .filter((row) => row.contenders.length > 0);
  if (chosen.length === 0)
    throw new Error(`nothing to measure; --rows takes ${rowKinds.join(", ")} or a name's beginning`);
  return chosen;
}

/** Fresh processes every round. A row that breaks is told and counted, and the others go on. */
async function measureRound(number: number): Promise<void> {
  await using round = new Round(number, seconds, node);
  for (const row of rows) {
    for (const name of rotated(row.contenders, number)) {
      try {
        figures.add(row, name, await row.measure(named(all, name), round, all));
      } catch (error) {
        failures++;
        console.error(`${row.name}, ${name}:`, error);
      }
    }
  }
}

function floorsMet(): boolean {
  let met = 0;
  let missed = failures;
  for (const row of rows) {
    for (const [peer, floor] of Object.entries(row.floors ?? {})) {
      const ratio = figures.ratio(row, peer);
      if (ratio === undefined) continue;
      if (ratio.median < floor) missed++;
      else met++;
      const verdict = ratio.median < floor ? "missed" : "met";
      console.log(`floor ${floor}× ${peer}, ${row.name}: ${verdict} with ${ratio.median.toFixed(1)}×`);
    }
  }
  console.log(`${met} passed, ${missed} failed`);
  return missed === 0;
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
