// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bench:codec [-- --quick --runtimes=node-20,node-24,bun,deno --processes=3 --payloads=user,order]`: Petrel's
 * generated codecs beside other libraries'. Candidates alternate in slices of 20 ms of CPU within one process, nine rounds,
 * and processes of all runtimes alternate; every figure is a median, read the ratios. `--quick` takes one process of the Node
 * it runs under and fails below half of a target; otherwise a missed target is printed.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { installRuntime, type Runtime } from "../../runtime/test/runtimes/runtime.js";
import { CodecFigures } from "./figures.js";
import { generatePayloads } from "./generate.js";
import { type MeasurementOptions, measureOnce, type PayloadName, payloadNames, peerNames } from "./measurement.js";
import { formatAllocations, formatTimes } from "./report.js";
import { quickShare } from "./targets.js";
import { judge } from "./verdict.js";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    runtimes: { type: "string", default: "node-20,node-24,bun,deno" },
    processes: { type: "string", default: "3" },
    payloads: { type: "string" },
  },
});
const { quick } = values;
const processes = quick ? 1 : positive("processes", values.processes);
const options: MeasurementOptions = {
  peers: quick ? ["petrel", "protobuf-es", "protobufjs"] : peerNames,
  payloads: chosenPayloads(values.payloads),
  rounds: 9,
  sliceMs: 20,
  warmUpMs: quick ? 100 : 200,
};

await generatePayloads();
const runtimes = quick ? [thisNode()] : await installAll(values.runtimes.split(","));
const figures = new Map(runtimes.map((runtime) => [runtime, new CodecFigures()]));
for (let number = 1; number <= processes; number++) {
  for (const [runtime, found] of figures) {
    process.stderr.write(`${runtime.name}, process ${number} of ${processes}\n`);
    found.add(await measureOnce(runtime, options));
  }
}

console.log(`machine: ${cpus()[0]?.model.trim()}`);
console.log(
  `median of ${processes} process${processes === 1 ? "" : "es"} of ${options.rounds} rounds, slices of 20 ms of CPU`,
);
let reached = 0;
let missed = 0;
for (const [{ name, version }, found] of figures) {
  console.log(`\n${name} ${version}\n`);
  console.log(formatTimes(found, options.payloads, options.peers));
  const allocations = formatAllocations(found, options.payloads, options.peers);
  if (allocations !== undefined) console.log(`\n${allocations}`);
  console.log("");
  for (const verdict of judge(found, quick ? quickShare : 1)) {
    console.log(verdict.text);
    if (verdict.reached) reached++;
    else missed++;
  }
}
if (quick) {
  console.log(`${reached} passed, ${missed} failed`);
  process.exitCode = missed === 0 && reached > 0 ? 0 : 1;
} else {
  console.log(`\n${reached} targets reached, ${missed} missed`);
}

function chosenPayloads(wanted: string | undefined): PayloadName[] {
  const names = wanted?.split(",");
  const unknown = names?.find((name) => !payloadNames.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`unknown payload "${unknown}"; known: ${payloadNames.join(", ")}`);
  return payloadNames.filter((name) => names?.includes(name) ?? true);
}

function thisNode(): Runtime {
  return { name: "node", version: process.versions.node, kind: "node", command: [process.execPath] };
}

async function installAll(names: readonly string[]): Promise<Runtime[]> {
  const installed: Runtime[] = [];
  for (const name of names) installed.push(await installRuntime(name));
  return installed;
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${name} must be a whole number above 0, got "${value}"`);
  return number;
}
