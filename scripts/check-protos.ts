// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run check:protos`: `buf lint` for every .proto of the repository and its examples, and `buf breaking` for those
 * that somebody builds upon. Each folder is compared with what it was before the last change of its .proto files, so that
 * a breaking change stays red whatever is committed after it. Needs no network. The last line counts.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository, run, runChecked } from "./child-process.js";

const buf = join(repository, "node_modules/.bin/buf");
const evolution = "examples/evolution";
// `buf lint` refuses a file that declares a MessageSet, whatever its rules; the plugin takes it.
const messageSets = "testdata/proto/petrel/test/proto2.proto";

let passed = 0;
let failed = 0;
const scratch = await mkdtemp(join(tmpdir(), "petrel-protos-"));
try {
  const examples = await findModules("examples");
  await check("lint", "lint", ".", "--exclude-path", messageSets);
  for (const folder of examples) await check(`${folder}: lint`, "lint", folder);
  for (const folder of ["bench/proto", "bench/codec/proto", ...examples]) await compareWithParent(folder);
  await checkEvolution();
} finally {
  await rm(scratch, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

async function findModules(folder: string): Promise<string[]> {
  const names = await readdir(join(repository, folder), { recursive: true });
  return names
    .filter((name) => name.endsWith("buf.yaml") && !name.includes("node_modules"))
    .map((name) => join(folder, name, ".."))
    .sort();
}

async function check(what: string, ...args: string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await run(buf, args);
  if (exitCode === 0) passed++;
  else fail(`${what}\n${stdout}${stderr}`);
}

function fail(why: string): void {
  failed++;
  console.log(`FAILED ${why}`);
}

async function compareWithParent(folder: string): Promise<void> {
  const before = await commitBefore(folder);
  if (before === undefined) return;
  const archive = join(scratch, `${folder.replaceAll("/", "-")}.tar`);
  await runChecked("git", ["archive", "--format=tar", "--output", archive, before, folder]);
  await check(
    `${folder}: breaking, compared with ${before}`,
    "breaking",
    folder,
    "--against",
    `${archive}#subdir=${folder}`,
  );
}

/** The commit before the last change of a folder's .proto files; undefined, and told, when there is none. */
async function commitBefore(folder: string): Promise<string | undefined> {
  const protos = `:(glob)${folder}/**/*.proto`;
  const last = await git("log", "-1", "--format=%H", "--", protos);
  if (last === undefined) {
    console.log(`${folder}: not compared, outside a git checkout`);
    return undefined;
  }
  const isChanged = (await git("status", "--porcelain", "--", protos)) !== "";
  const before = await git("rev-parse", "--verify", "--quiet", isChanged || last === "" ? "HEAD" : `${last}^`);
  if (before !== undefined && (await git("cat-file", "-e", `${before}:${folder}`)) !== undefined) return before;
  const isShallow = (await git("rev-parse", "--is-shallow-repository")) === "true";
  console.log(`${folder}: not compared, ${isShallow ? "the clone is shallow" : "never changed"}`);
  return undefined;
}

/** The standard output; undefined when the command fails. */
async function git(...args: string[]): Promise<string | undefined> {
  const { exitCode, stdout } = await run("git", args);
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** The example's two versions are compatible in bytes; in names they are not, and buf must say so. */
async function checkEvolution(): Promise<void> {
  const versions = [join(evolution, "new"), "--against", join(evolution, "old")];
  await check(`${evolution}: the bytes are compatible`, "breaking", ...versions);
  const images = await Promise.all(["new", "old"].map(buildEvolution));
  const [newer = "", older = ""] = images;
  // An image knows no buf.yaml: by FILE, the default.
  const { exitCode, stdout } = await run(buf, ["breaking", newer, "--against", older]);
  if (exitCode !== 0 && stdout.includes('changed type from "int32" to "int64"')) passed++;
  else fail(`${evolution}: buf finds no breaking change by FILE\n${stdout}`);
}

async function buildEvolution(version: string): Promise<string> {
  const image = join(scratch, `${version}.binpb`);
  await runChecked(buf, ["build", join(evolution, version), "--output", image]);
  return image;
}
