// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run conformance:protobuf [-- --test=NAME]`: protobuf's own conformance suite, required and recommended cases up to
 * edition 2024. Binary goes through our generated codecs; JSON and the text format through protobuf-es, on the same
 * messages. `--test`, repeatable, runs that case alone. Exits 1 unless every case passes.
 */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { buildPackages, repository, run, runChecked } from "./child-process.js";
import { generateCodecs } from "./conformance-protobuf-codecs.js";
import { conformanceProtos, conformanceRunner } from "./conformance-protobuf-runner.js";

const testee = join(repository, "runtime/test/conformance-protobuf/testee.ts");
const folder = join(repository, ".cache/conformance-protobuf");
const timeoutMs = 240_000;
const maxLine = 600;
/** In the order in which the runner takes them. */
const suites = ["binary and JSON", "text format"];

const { values } = parseArgs({ options: { test: { type: "string", multiple: true, default: [] } } });
const runner = await conformanceRunner();
await buildPackages();
const modules = await generate();

const startedAt = performance.now();
const { stdout, stderr } = await judge();
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
const summaries = [
  ...`${stdout}${stderr}`.matchAll(
    /^CONFORMANCE SUITE \w+: (\d+) successes, (\d+) skipped, (\d+) expected failures, (\d+) unexpected failures\.$/gm,
  ),
];
if (summaries.length === 0) throw new Error(`the runner gave no summary\n${stdout}${stderr}`);
let passed = 0;
let failed = 0;
for (const [index, suite] of suites.entries()) {
  const [successes, skipped, expected, unexpected] = (summaries[index] ?? []).slice(1).map(Number);
  // The runner stops behind a suite with failures.
  if (successes === undefined) {
    console.log(`${suite}: not run`);
    failed += 1;
    continue;
  }
  // No case is expected to fail, and one that is skipped was not passed.
  const failures = skipped + expected + unexpected;
  console.log(`${suite}: ${successes} passed, ${failures} failed, ${skipped} of them skipped`);
  passed += successes;
  failed += failures;
}
// The runner shows requests of any size.
const shortened = (line: string) => (line.length > maxLine ? `${line.slice(0, maxLine)} …` : line);
if (failed > 0) console.error(`${stdout}${stderr}`.trimEnd().split("\n").map(shortened).join("\n"));
console.log(`protobuf's conformance suite, edition 2024, Node ${process.versions.node}: ${seconds} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** The codecs of the suite's messages and of its own protocol; returns their modules. */
async function generate(): Promise<string[]> {
  const protos = await conformanceProtos();
  await mkdir(folder, { recursive: true });
  const image = join(folder, "image.binpb");
  const buf = join(repository, "node_modules/.bin/buf");
  await runChecked(buf, ["build", protos, "--as-file-descriptor-set", "-o", image]);
  const { file: files } = fromBinary(FileDescriptorSetSchema, await readFile(image));
  const own = new Set((await readdir(protos, { recursive: true })).filter((path) => path.endsWith(".proto")));
  const wanted = files.map(({ name }) => name).filter((name) => own.has(name));
  return generateCodecs(files, wanted, join(folder, "gen"));
}

function judge(): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const flags = ["--enforce_recommended", "--maximum_edition", "2024", "--output_dir", folder];
  const tests = values.test.flatMap((name) => ["--test", name]);
  const program = [process.execPath, "--enable-source-maps", "--import", "tsx", testee, ...modules];
  const [command = "", ...args] = [...runner, ...flags, ...tests, ...program];
  return run(command, args, { timeoutMs });
}
