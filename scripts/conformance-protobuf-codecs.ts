// SPDX-License-Identifier: Apache-2.0
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema, type FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { plugin } from "../plugin/src/plugin.js";

/**
 * Generates the code of `wanted` with our plugin into a folder of its own and returns the paths of the `_pb.ts` files.
 * `files` are in topological order, imports first. Rejects when the plugin refuses one.
 */
export async function generateCodecs(
  files: readonly FileDescriptorProto[],
  wanted: readonly string[],
  folder: string,
): Promise<string[]> {
  const request = create(CodeGeneratorRequestSchema, { protoFile: [...files], fileToGenerate: [...wanted] });
  const response = plugin.run(request);
  if (response.error !== "") throw new Error(`protoc-gen-petrel: ${response.error}`);
  await rm(folder, { recursive: true, force: true });
  for (const { name, content } of response.file) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return response.file.map(({ name }) => join(folder, name)).filter((path) => path.endsWith("_pb.ts"));
}
