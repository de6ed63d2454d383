// SPDX-License-Identifier: Apache-2.0
import { maximumEdition, minimumEdition } from "@bufbuild/protobuf";
import { type CodeGeneratorRequest, Edition, EditionSchema, type FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { GenerateError } from "./generate-error.js";

/** Throws a GenerateError when a file, an import or the support for an edition is missing. */
export function assertComplete(request: CodeGeneratorRequest): void {
  const files = new Map(request.protoFile.map((file) => [file.name, file]));
  for (const file of request.protoFile) {
    const missing = file.dependency.find((dependency) => !files.has(dependency));
    if (missing !== undefined) {
      throw new GenerateError(
        `${file.name} imports "${missing}", which the request does not hold: pass it to protoc or buf as well`,
      );
    }
  }
  for (const name of request.fileToGenerate) {
    const file = files.get(name);
    if (file === undefined) throw new GenerateError(`the request asks for "${name}" but does not hold it`);
    assertEdition(file);
  }
}

/** `proto2`, `proto3` or `edition 2023`. */
export function editionOf(file: FileDescriptorProto): string {
  if (file.syntax !== "editions") return file.syntax === "" ? "proto2" : file.syntax;
  return `edition ${editionName(file.edition)}`;
}

function assertEdition(file: FileDescriptorProto): void {
  if (file.syntax === "" || file.syntax === "proto2" || file.syntax === "proto3") return;
  if (file.syntax !== "editions") {
    throw new GenerateError(
      `${file.name}: syntax "${file.syntax}" is unknown, expected proto2, proto3 or an edition up to ${editionName(maximumEdition)}`,
    );
  }
  if (file.edition === Edition.EDITION_UNSTABLE) return;
  if (file.edition < minimumEdition || file.edition > maximumEdition) {
    throw new GenerateError(
      `${file.name}: edition ${editionName(file.edition)} is not supported, expected ${editionName(minimumEdition)} to ${editionName(maximumEdition)}`,
    );
  }
}

function editionName(edition: Edition): string {
  const value = EditionSchema.values.find(({ number }) => number === edition);
  return value === undefined ? String(edition) : value.name.replace("EDITION_", "").toLowerCase();
}
