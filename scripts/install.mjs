// SPDX-License-Identifier: Apache-2.0
// Installs the packages that package-lock.json names, when any is missing. Plain Node: it runs before anything is there.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("..", import.meta.url));
const installTimeoutMs = 300_000;

/**
 * Runs `npm install`, without touching the lock file, unless node_modules holds what it says already. Throws when npm
 * fails. Not `npm ci`: it refuses a lock file that lacks the optional packages of another platform.
 */
export function install() {
  const reason = missing();
  if (reason === undefined) return;
  console.log(`installing packages: ${reason}`);
  const { status, error } = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund"], {
    cwd: repository,
    stdio: "inherit",
    timeout: installTimeoutMs,
    shell: process.platform === "win32",
  });
  if (error !== undefined) throw new Error("cannot run npm install", { cause: error });
  if (status !== 0) throw new Error(`npm install exited with ${status}`);
}

/**
 * What node_modules lacks of the lock file. npm writes down what it installed in node_modules/.package-lock.json;
 * compared by content, because a checkout makes files newer without changing them.
 */
function missing() {
  const wanted = readPackages("package-lock.json");
  const installed = readPackages("node_modules/.package-lock.json");
  if (wanted === undefined || installed === undefined) return "node_modules is not there";
  for (const [path, { version, link, optional }] of Object.entries(wanted)) {
    // "" is the repository itself; an optional package may be for another platform.
    if (path === "" || link || (optional && installed[path] === undefined)) continue;
    if (installed[path] === undefined) return `${path} is not there`;
    if (installed[path].version !== version) return `${path} is ${installed[path].version}, expected ${version}`;
  }
  return undefined;
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install();
