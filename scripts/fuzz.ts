// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run fuzz [-- --long] [--only=m1,m2-blocks] [--seed=N] [--input=K] [--inputs=N]`: malformed input against the HTTP/2
 * engine and the gRPC layer. The same seed tries the same inputs; a failure prints the command that repeats it alone.
 */
import { parseArgs } from "node:util";
import { type PartResult, runPart } from "../runtime/test/fuzz/fuzz-part.js";
import { runStories, storiesId } from "../runtime/test/fuzz/hpack-stories.js";
import { fuzzParts } from "../runtime/test/fuzz/parts.js";

const { values } = parseArgs({
  options: {
    long: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    seed: { type: "string", default: "1" },
    input: { type: "string" },
    inputs: { type: "string" },
  },
});
const size = values.long ? "long" : "ci";
const seed = count("seed", values.seed);
const wanted = values.only === "" ? [] : values.only.split(",");
const isWanted = (id: string) => wanted.length === 0 || wanted.some((name) => id.startsWith(name));
const chosen = fuzzParts().filter(({ id }) => isWanted(id));
if (chosen.length === 0 && !isWanted(storiesId)) {
  throw new Error(`--only=${values.only} names no part; parts are ${names()}`);
}
console.log(`fuzz, ${size} size, --seed=${seed}`);

const results: PartResult[] = [];
for (const part of chosen) {
  const from = values.input === undefined ? 0 : count("input", values.input);
  const all = values.inputs === undefined ? part.inputs(size) : count("inputs", values.inputs);
  const to = values.input === undefined ? all : from + 1;
  show(runPart(part, seed, from, to, console.log), part.title, part.perInput);
}
if (isWanted(storiesId) && values.input === undefined) {
  show(await runStories(seed, console.log), "HPACK with other encoders and decoders, tables of 0, 256, 4096, 65536");
}
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function show(result: PartResult, title: string, perInput = 1): void {
  results.push(result);
  const tried = result.passed + result.failed;
  const inputs = perInput === 1 ? `${tried} inputs` : `${tried} inputs × ${perInput}`;
  const figures = `${inputs}, ${result.failed} failed, ${(result.ms / 1000).toFixed(1)} s`;
  const slowest = result.slowestMs === 0 ? "" : `, slowest ${result.slowestMs.toFixed(1)} ms`;
  console.log(`${result.id.padEnd(12)} ${figures}${slowest}: ${title}`);
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, got "${text}"`);
  return value;
}

function names(): string {
  return [...fuzzParts().map(({ id }) => id), storiesId].join(", ");
}
