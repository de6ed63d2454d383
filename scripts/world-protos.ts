// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { access, copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fromBinary } from "@bufbuild/protobuf";
import { wktPublicImportPaths } from "@bufbuild/protobuf/codegenv2";
import { type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const run = promisify(execFile);
/** Where the packages of the world are installed and its code is generated. */
export const world = fileURLToPath(new URL("../.cache/world", import.meta.url));
const packages = ["@grpc/grpc-js-xds@1.14.1", "google-proto-files@5.0.1"];
const xds = "node_modules/@grpc/grpc-js-xds/deps";

/** The two worlds. Both hold files of google/api, of different versions, so that they cannot be one. */
export const worldSets = [
  {
    name: "grpc-js-xds",
    roots: ["envoy-api", "xds", "protoc-gen-validate", "googleapis"].map((root) => `${xds}/${root}`),
  },
  { name: "google-proto-files", roots: ["node_modules/google-proto-files"] },
] as const;

/** Downloads the packages that hold the world's .proto files, unless they are there. */
export async function installWorld(): Promise<void> {
  await mkdir(world, { recursive: true });
  await writeFile(join(world, "package.json"), JSON.stringify({ private: true, type: "module" }));
  try {
    await access(join(world, xds));
    await access(join(world, "node_modules/google-proto-files/google"));
  } catch {
    console.log(`installing ${packages.join(" and ")} into .cache/world`);
    await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], { cwd: world });
  }
}

/** Files by their import path, and how many there were before those with missing imports were left out. */
export interface ProtoFiles {
  readonly files: ReadonlyMap<string, string>;
  readonly found: number;
}

/** Every .proto below the roots whose imports exist there too, transitively. The first root that has a path wins. */
export async function collectProtos(roots: readonly string[]): Promise<ProtoFiles> {
  const files = new Map<string, string>();
  for (const root of roots) {
    for (const path of await readdir(root, { recursive: true })) {
      if (path.endsWith(".proto") && !path.includes("node_modules") && !files.has(path))
        files.set(path, join(root, path));
    }
  }
  const found = files.size;
  await dropIncomplete(files);
  return { files, found };
}

async function dropIncomplete(files: Map<string, string>): Promise<void> {
  const imports = new Map<string, readonly string[]>();
  for (const [path, file] of files) imports.set(path, importsOf(await readFile(file, "utf8")));
  // A file that goes takes those that import it along, so this repeats until none goes.
  for (let left = -1; left !== files.size; ) {
    left = files.size;
    for (const path of [...files.keys()]) {
      const complete = imports.get(path)?.every((path) => files.has(path) || path in wktPublicImportPaths);
      if (!complete) files.delete(path);
    }
  }
}

/** What compiling gave: the files in topological order, imports first, and what buf said of those it refused. */
export interface Image {
  readonly files: readonly FileDescriptorProto[];
  readonly refused: readonly string[];
}

const maxAttempts = 5;

/** Compiles the files as one buf module in `folder`. Files that buf refuses are left out, with those that import them. */
export async function buildImage(folder: string, files: ReadonlyMap<string, string>, buf: string): Promise<Image> {
  await rm(folder, { recursive: true, force: true });
  for (const [path, file] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    if (path === "validate/validate.proto")
      await writeFile(join(folder, path), completed(await readFile(file, "utf8")));
    else await copyFile(file, join(folder, path));
  }
  await writeFile(join(folder, "buf.yaml"), "version: v2\n");
  const image = join(folder, "image.binpb");
  const left = new Map(files);
  const refused: string[] = [];
  for (let attempt = 1; ; attempt++) {
    const complaints = await build(folder, image, buf);
    if (complaints.length === 0)
      return { files: fromBinary(FileDescriptorSetSchema, await readFile(image)).file, refused };
    if (attempt === maxAttempts) throw new Error(`buf build still fails: ${complaints.join("\n")}`);
    refused.push(...complaints);
    for (const complaint of complaints) left.delete(complaint.slice(0, complaint.indexOf(":")));
    await dropIncomplete(left);
    for (const path of files.keys()) if (!left.has(path)) await rm(join(folder, path), { force: true });
  }
}

/** Runs `buf build`; returns its complaints, one per file and place. */
async function build(folder: string, image: string, buf: string): Promise<string[]> {
  try {
    await run(buf, ["build", ".", "--as-file-descriptor-set", "-o", image], { cwd: folder, maxBuffer: 1 << 28 });
    return [];
  } catch (reason) {
    const stderr = String((reason as { stderr?: unknown }).stderr ?? "");
    const complaints = stderr.split("\n").filter((line) => /^[^:]+\.proto:\d+:\d+:/.test(line));
    if (complaints.length === 0) throw reason;
    return complaints;
  }
}

// Envoy's files set an option of validate.StringRules that the validate.proto packed beside them is too old to have.
function completed(validateProto: string): string {
  if (validateProto.includes("optional bool ignore_empty")) return validateProto;
  return validateProto.replace("optional bool strict = 25 [default = true];", "$&\n  optional bool ignore_empty = 26;");
}

function importsOf(proto: string): string[] {
  return [...proto.matchAll(/^\s*import\s+(?:(?:public|weak|option)\s+)?"([^"]+)"\s*;/gm)].map(
    ([, path]) => path as string,
  );
}
