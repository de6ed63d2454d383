// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run fuzz:codec [-- --only=mutated|valid] [--seed=N] [--inputs=N] [--input=K]`: generated codecs against protobuf-es
 * and Google's upb. 300,000 mutated inputs must be accepted, rejected and written again as both do, but for the classes
 * of runtime/test/fuzz-codec/difference-classes.ts; 100,000 valid messages must have the bytes that protobuf-es gives
 * them. The same seed tries the same inputs; a failure prints the command that repeats it alone.
 */
import { parseArgs } from "node:util";
import { buildPackages } from "./child-process.js";
import { fuzzedTypes, loadFuzzedTypes } from "./fuzz-codec-types.js";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    seed: { type: "string", default: "1" },
    inputs: { type: "string" },
    input: { type: "string" },
  },
});
const sizes: Readonly<Record<string, number>> = { mutated: 300_000, valid: 100_000 };
const chosen = Object.keys(sizes).filter((name) => values.only === undefined || values.only === name);
if (chosen.length === 0) throw new Error(`--only must be ${Object.keys(sizes).join(" or ")}, got "${values.only}"`);
const seed = count("seed", values.seed);
const first = values.input === undefined ? 0 : count("input", values.input);

const preparedAt = performance.now();
await buildPackages();
// Behind the build: they import the packages as users do.
const { CodecFuzzer } = await import("../runtime/test/fuzz-codec/codec-fuzzer.js");
const types = await loadFuzzedTypes();
await using fuzzer = await CodecFuzzer.open(types, fuzzedTypes, seed, console.log);
console.log(`fuzz:codec, ${fuzzer.subjects.length} types, --seed=${seed}, prepared in ${secondsSince(preparedAt)} s`);

let passed = 0;
let failed = 0;
for (const name of chosen) {
  const inputs = values.inputs === undefined ? (sizes[name] ?? 0) : count("inputs", values.inputs);
  const end = values.input === undefined ? inputs : first + 1;
  const startedAt = performance.now();
  const result = name === "mutated" ? await fuzzer.mutated(first, end) : await fuzzer.valid(first, end);
  console.log(`${name}: ${end - first} inputs, ${result.failed} failed, ${secondsSince(startedAt)} s`);
  for (const line of result.notes) console.log(`  ${line}`);
  passed += result.passed;
  failed += result.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, got "${text}"`);
  return value;
}

function secondsSince(startedAt: number): string {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}
