// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run conformance:rpc [-- --mode=server --node=24 --run=PATTERN --skip=PATTERN --trace]`: the Connect conformance
 * suite limited to gRPC, against Petrel's server and client, under this Node and under Node 24. Exits 1 unless every
 * case passes. node:zlib has zstd from Node 22.15 on: below, the cases of that coding are left out, and said to be.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildPackages, repository, run, runChecked } from "./child-process.js";
import { nodeRuntime } from "./node-runtime.js";
import { goTool } from "./tools.js";

interface Runtime {
  readonly binary: string;
  readonly version: string;
  readonly hasZstd: boolean;
}

type Mode = "server" | "client";

const programs = join(repository, ".cache/conformance/programs");
const callsInFlight = 32;
const timeoutMs = 600_000;

const { values } = parseArgs({
  options: {
    mode: { type: "string" },
    node: { type: "string" },
    run: { type: "string", multiple: true, default: [] },
    skip: { type: "string", multiple: true, default: [] },
    trace: { type: "boolean", default: false },
  },
});
const modes = (["server", "client"] as const).filter((mode) => values.mode === undefined || values.mode === mode);
if (modes.length === 0) throw new Error(`--mode must be server or client, got "${values.mode}"`);
const suiteFlags = [
  ...values.run.map((pattern) => `--run=${pattern}`),
  ...values.skip.map((pattern) => `--skip=${pattern}`),
  ...(values.trace ? ["--trace"] : []),
];

const suite = await goTool("connectrpc.com/conformance/cmd/connectconformance@latest");
await buildPackages();
await compilePrograms();

let passed = 0;
let failed = 0;
for (const runtime of await runtimes()) {
  for (const mode of modes) {
    const startedAt = performance.now();
    const counts = await judge(mode, runtime);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const left = runtime.hasZstd ? "" : ", zstd left out: node:zlib lacks it";
    console.log(
      `conformance ${mode}, gRPC, ${runtime.version}: ${counts.passed} passed, ${counts.failed} failed in ${seconds} s${left}`,
    );
    passed += counts.passed;
    failed += counts.failed;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** Generates the suite's messages and service with our plugin, and compiles the two programs against the build. */
async function compilePrograms(): Promise<void> {
  await runChecked("npx", ["buf", "generate", "--template", "runtime/test/conformance/buf.gen.yaml"]);
  await runChecked("npx", ["tsc", "-p", "runtime/test/conformance", "--noEmit", "false", "--outDir", programs]);
}

async function runtimes(): Promise<Runtime[]> {
  const binaries = [process.execPath];
  if (!process.version.startsWith("v24.")) binaries.push(await nodeRuntime(24));
  const all = await Promise.all(binaries.map(describeRuntime));
  return all.filter(({ version }) => values.node === undefined || version.startsWith(`v${values.node}.`));
}

async function describeRuntime(binary: string): Promise<Runtime> {
  const probe = 'console.log(process.version, "createZstdCompress" in require("node:zlib"))';
  const [version = "", zstd] = (await runChecked(binary, ["-e", probe])).trim().split(" ");
  return { binary, version, hasZstd: zstd === "true" };
}

async function judge(mode: Mode, runtime: Runtime): Promise<{ passed: number; failed: number }> {
  const parallel = mode === "server" ? ["-p", String(callsInFlight)] : [];
  const program = [runtime.binary, "--enable-source-maps", join(programs, `${mode}.js`)];
  const { exitCode, stdout, stderr } = await run(
    suite,
    ["--mode", mode, "--conf", await configPath(mode, runtime), ...parallel, ...suiteFlags, "--", ...program],
    { timeoutMs },
  );
  const summary = /^(\d+) passed, (\d+) failed$/m.exec(stdout);
  if (summary === null) throw new Error(`connectconformance gave no summary\n${stdout}${stderr}`);
  const counts = { passed: Number(summary[1]), failed: Number(summary[2]) };
  if (exitCode !== 0 && counts.failed === 0) throw new Error(`connectconformance exited with ${exitCode}\n${stderr}`);
  if (counts.failed > 0) console.log(stdout.trimEnd());
  if (counts.failed > 0) console.error(stderr.trimEnd());
  return counts;
}

/** The suite's configuration, without zstd where this Node cannot do it. */
async function configPath(mode: Mode, runtime: Runtime): Promise<string> {
  const path = join(repository, `testdata/conformance/${mode}-grpc.yaml`);
  if (runtime.hasZstd) return path;
  const folder = join(repository, ".cache/conformance");
  await mkdir(folder, { recursive: true });
  const reduced = join(folder, `${mode}-grpc-without-zstd.yaml`);
  const lines = (await readFile(path, "utf8")).split("\n");
  await writeFile(reduced, lines.filter((line) => !line.includes("COMPRESSION_ZSTD")).join("\n"));
  return reduced;
}
