// SPDX-License-Identifier: Apache-2.0
// `npm run build`: installs what is missing, then compiles the packages into their dist folders. Plain Node.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "./install.mjs";

const repository = fileURLToPath(new URL("..", import.meta.url));
const compileTimeoutMs = 300_000;

/** Compiles what has changed. Returns whether it compiled without an error. */
export function build() {
  for (const name of ["plugin", "runtime"]) removeStale(name);
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  const { status, error } = spawnSync(process.execPath, [compiler, "-b", "tsconfig.json"], {
    cwd: repository,
    stdio: "inherit",
    timeout: compileTimeoutMs,
  });
  if (error !== undefined) throw new Error("cannot run tsc", { cause: error });
  chmodSync(join(repository, "plugin/bin/protoc-gen-petrel"), 0o755);
  return status === 0;
}

/** Removes what was compiled from a source that is gone or has another name: it would be published. */
function removeStale(name) {
  const dist = join(repository, name, "dist");
  if (!existsSync(dist)) return;
  for (const path of readdirSync(dist, { recursive: true })) {
    const source = path.replace(/\.(js|js\.map|d\.ts|d\.ts\.map)$/, ".ts");
    if (source !== path && !existsSync(join(repository, name, "src", source))) rmSync(join(dist, path));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install();
  if (!build()) process.exitCode = 1;
}
