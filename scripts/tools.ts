// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const toolsFolder = fileURLToPath(new URL("../.cache/tools/", import.meta.url));
const buildTimeoutMs = 600_000;

/** The versions that `@latest` stands for, so that a judge is the same program on every machine. */
const pinnedVersions: Readonly<Record<string, string>> = {
  "connectrpc.com/conformance/cmd/connectconformance": "v1.0.5",
  "github.com/fullstorydev/grpcurl/cmd/grpcurl": "v1.9.4",
  "github.com/summerwind/h2spec/cmd/h2spec": "v2.2.1+incompatible",
  "google.golang.org/grpc/interop/client": "v1.85.0",
  "google.golang.org/grpc/interop/http2": "v1.85.0",
  "google.golang.org/grpc/interop/server": "v1.85.0",
};

const building = new Map<string, Promise<string>>();

/**
 * Returns the path of a Go program's binary, built once into `.cache/tools/bin` and found there afterwards.
 * Takes what `go install` takes; `@latest` means the version pinned here. Rejects when Go is missing or the build fails.
 */
export function goTool(packageAtVersion: string): Promise<string> {
  const { packagePath, version } = resolveVersion(packageAtVersion);
  const key = `${packagePath}@${version}`;
  let binary = building.get(key);
  if (binary === undefined) {
    binary = findOrBuild(packagePath, version);
    building.set(key, binary);
  }
  return binary;
}

function resolveVersion(packageAtVersion: string): { packagePath: string; version: string } {
  const at = packageAtVersion.lastIndexOf("@");
  if (at <= 0) throw new Error(`Go tool "${packageAtVersion}" names no version; write "path@v1.2.3" or "path@latest"`);
  const packagePath = packageAtVersion.slice(0, at);
  const wanted = packageAtVersion.slice(at + 1);
  if (wanted !== "latest") return { packagePath, version: wanted };
  const version = pinnedVersions[packagePath];
  if (version === undefined) {
    throw new Error(`Go tool "${packagePath}" has no pinned version; add one to scripts/tools.ts or name a version`);
  }
  return { packagePath, version };
}

async function findOrBuild(packagePath: string, version: string): Promise<string> {
  const binFolder = join(toolsFolder, "bin");
  // The last path element alone is not enough: grpc-go has a `client` and a `server`.
  const binary = join(binFolder, `${packagePath.replaceAll("/", "_")}@${version}`);
  if (await exists(binary)) return binary;
  await mkdir(binFolder, { recursive: true });
  const buildFolder = await mkdtemp(join(toolsFolder, "build-"));
  try {
    process.stderr.write(`building ${packagePath}@${version} (once)\n`);
    await run("go", ["install", `${packagePath}@${version}`], {
      cwd: buildFolder,
      env: { ...process.env, GOBIN: buildFolder, GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod" },
      timeout: buildTimeoutMs,
    });
    const built = await readdir(buildFolder);
    if (built.length !== 1) {
      throw new Error(`go install ${packagePath}@${version} left ${built.length} files, expected one binary`);
    }
    // A rename within one file system is atomic: two runners that build at once both end with a whole binary.
    await rename(join(buildFolder, built[0] as string), binary);
  } finally {
    await rm(buildFolder, { recursive: true, force: true });
  }
  return binary;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
