// SPDX-License-Identifier: Apache-2.0
// The published shape of both packages: what npm would pack, what publint says, and whether types resolve as code does.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { repository, run, runChecked } from "./child-process.js";

const packageNames = ["runtime", "plugin"] as const;
const always = ["LICENSE", "README.md", "package.json"];
const attwTimeoutMs = 120_000;

/** Compares what is packed with what should be. Returns a sentence for each file too many or too few. */
export function checkContents(packed: readonly string[], expected: readonly string[]): string[] {
  return [
    ...packed.filter((path) => !expected.includes(path)).map((path) => `${path} is packed and should not be`),
    ...expected.filter((path) => !packed.includes(path)).map((path) => `${path} is not packed`),
  ];
}

/** What a package consists of: three files for every source that is no test, its binaries, and what every package has. */
export function expectedContents(sources: readonly string[], binaries: readonly string[]): string[] {
  const compiled = sources
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.endsWith(".d.ts"))
    .map((path) => `dist/${path.replace(/\.ts$/, "")}`);
  return [...always, ...binaries, ...compiled.flatMap((path) => [`${path}.d.ts`, `${path}.js`, `${path}.js.map`])];
}

interface Manifest {
  readonly name: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
}

async function checkPackage(folder: string): Promise<string[]> {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const sources = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" });
  const output = await runChecked("npm", ["pack", "--dry-run", "--json"], { cwd: folder });
  const [pack] = JSON.parse(output) as [{ readonly files: readonly { readonly path: string }[] }];
  const packed = pack.files.map((file) => file.path);
  const violations = checkContents(packed, expectedContents(sources, Object.values(manifest.bin ?? {})));
  const { messages, pkg } = await publint({ pkgDir: folder, strict: true });
  for (const message of messages) violations.push(formatMessage(message, pkg, { color: false }) ?? message.code);
  return [...violations, ...(await checkTypes(folder))].map((violation) => `${manifest.name}: ${violation}`);
}

/** Asks arethetypeswrong whether every entry point's types resolve under Node's ESM rules and bundlers'. */
async function checkTypes(folder: string): Promise<string[]> {
  const attw = join(repository, "node_modules/@arethetypeswrong/cli/dist/index.js");
  const args = [attw, "--pack", folder, "--profile", "esm-only", "--format", "ascii", "--no-color", "--no-emoji"];
  const { exitCode, stdout, stderr } = await run(process.execPath, args, { timeoutMs: attwTimeoutMs });
  return exitCode === 0 ? [] : [`arethetypeswrong:\n${stdout}${stderr}`];
}

async function main(): Promise<void> {
  let count = 0;
  for (const name of packageNames) {
    for (const violation of await checkPackage(join(repository, name))) {
      count += 1;
      console.error(violation);
    }
  }
  console.log(`packages: ${packageNames.length} checked, ${count} faults`);
  if (count > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
