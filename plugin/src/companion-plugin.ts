// SPDX-License-Identifier: Apache-2.0
// Generates what `petrel/wkt` adds to the messages that protobuf-es itself brings. Run by scripts/generate.ts alone.
import type { DescFile } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import type { CodeGeneratorRequest, CodeGeneratorResponse } from "@bufbuild/protobuf/wkt";
import { createEcmaScriptPlugin } from "@bufbuild/protoplugin";
import { Emitter } from "./emitter.js";
import { planMembers } from "./field.js";
import { emitInit } from "./message/init.js";
import { emitCompanions } from "./message/message.js";
import { formatOptions, parseOptions } from "./options.js";

/** Inits, functions and codecs of the requested files, on the types of `@bufbuild/protobuf/wkt`. */
export function generateCompanions(request: CodeGeneratorRequest): CodeGeneratorResponse {
  return createEcmaScriptPlugin({
    name: "petrel-wkt",
    version: "v0",
    generateTs(schema) {
      for (const file of schema.files) {
        const path = `${file.name}_pb`;
        const sibling = (other: DescFile) => `./${other.name}_pb.js`;
        emitFile(file, new Emitter(schema.generateFile(`${path}.ts`), `./${path}.js`, new Set(), "speed", sibling));
      }
    },
  }).run({ ...request, parameter: formatOptions(parseOptions("")) });
}

function emitFile(file: DescFile, out: Emitter): void {
  for (const type of nestedTypes(file)) {
    if (type.kind !== "message") continue;
    const shape = out.shape(type);
    out.print("export type { ", shape, " };");
    out.print();
    emitInit(type, planMembers(type, out), out);
    emitCompanions(type, out);
  }
}
