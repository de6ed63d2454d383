// SPDX-License-Identifier: Apache-2.0
import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  type CodeGeneratorResponse,
  CodeGeneratorResponseSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

export const top = fileURLToPath(new URL("../../..", import.meta.url));
export const binary = (name: string) => join(top, "node_modules/.bin", name);

const run = promisify(execFile);

/** A request for the files under `path` of a folder with .proto files, compiled by buf; for some of their types only. */
export async function requestFor(
  folder: string,
  path: string,
  parameter = "",
  types: readonly string[] = [],
): Promise<CodeGeneratorRequest> {
  return withTemporaryFolder(async (temporary) => {
    const image = join(temporary, "image.binpb");
    const chosen = types.flatMap((type) => ["--type", type]);
    await run(binary("buf"), ["build", folder, "--as-file-descriptor-set", "-o", image, ...chosen], { cwd: top });
    const protoFile = fromBinary(FileDescriptorSetSchema, await readFile(image)).file;
    const fileToGenerate = protoFile.map((file) => file.name).filter((name) => name.startsWith(path));
    return create(CodeGeneratorRequestSchema, { fileToGenerate, protoFile, parameter });
  });
}

/** A request for .proto files given as text, by their paths. */
export async function requestForText(
  protos: Readonly<Record<string, string>>,
  parameter = "",
): Promise<CodeGeneratorRequest> {
  return withTemporaryFolder(async (folder) => {
    for (const [path, text] of Object.entries({ ...protos, "buf.yaml": "version: v2\n" })) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const request = await requestFor(folder, "", parameter);
    request.fileToGenerate = request.fileToGenerate.filter((name) => name in protos);
    return request;
  });
}

/** Runs a plugin's program as protoc does: the request to its stdin, the response from its stdout. */
export async function runPlugin(program: string, request: CodeGeneratorRequest): Promise<CodeGeneratorResponse> {
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(toBinary(CodeGeneratorRequestSchema, request));
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${program} exited with ${code}`);
  return fromBinary(CodeGeneratorResponseSchema, Buffer.concat(chunks));
}

export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "petrel-plugin-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
