// SPDX-License-Identifier: Apache-2.0
import type { DescEnum } from "@bufbuild/protobuf";
import { pathInFileDesc } from "@bufbuild/protobuf/codegenv2";
import { safeIdentifier } from "@bufbuild/protoplugin";
import { commentOf, isDeprecated } from "./comments.js";
import type { Emitter } from "./emitter.js";
import { GenerateError } from "./generate-error.js";
import { describe } from "./message/interface.js";
import { descriptorName, propertyKey, shapeName } from "./names.js";
import { runtime } from "./runtime-imports.js";

/** An enum: a const object of its values, the union of them as a type, and each value's type as `Role.ADMIN`. */
export function emitEnum(type: DescEnum, out: Emitter): void {
  assertDistinct(type);
  const name = shapeName(type);
  const doc = describe(commentOf(type), `enum ${type.typeName}`, isDeprecated(type));
  out.doc(doc);
  out.print(out.exported("const", name), " = {");
  for (const value of type.values) {
    out.doc([commentOf(value), isDeprecated(value) ? "@deprecated" : ""].filter(Boolean).join("\n\n"), "  ");
    out.print(`  ${propertyKey(value.localName)}: ${value.number},`);
  }
  out.print("} as const;");
  out.print();
  out.doc(doc);
  const known = `export type ${name} = (typeof ${name})[keyof typeof ${name}]`;
  // A peer with a newer .proto may send values that an open enum does not list.
  if (type.open) out.print(known, " | ", runtime.UnknownEnum, ";");
  else out.print(known, ";");
  out.print();
  emitMemberTypes(type, name, out);
  out.doc(
    `Describes the enum ${type.typeName}, for \`@bufbuild/protobuf\`.${isDeprecated(type) ? "\n\n@deprecated" : ""}`,
  );
  out.print(
    out.exported("const", descriptorName(type)),
    ": ",
    runtime.GenEnum,
    `<${name}> = /*@__PURE__*/ `,
    runtime.enumDesc,
    "(",
    out.fileDescriptor(type.file),
    `, ${pathInFileDesc(type).join(", ")});`,
  );
  out.print();
}

// Names that no type alias may have, beside the reserved words that safeIdentifier knows.
const reservedTypeNames = new Set([
  ...[
    "any",
    "unknown",
    "never",
    "symbol",
    "void",
    "undefined",
    "as",
    "await",
    "async",
    "type",
    "asserts",
    "infer",
    "is",
  ],
  ...["keyof", "readonly", "unique", "static", "yield"],
]);

function emitMemberTypes(type: DescEnum, name: string, out: Emitter): void {
  const members = type.values.filter(
    ({ localName }) => safeIdentifier(localName) === localName && !reservedTypeNames.has(localName),
  );
  if (members.length === 0) return;
  out.print(`export declare namespace ${name} {`);
  for (const value of members) {
    if (isDeprecated(value)) out.doc("@deprecated", "  ");
    out.print(`  type ${value.localName} = ${value.number};`);
  }
  out.print("}");
  out.print();
}

function assertDistinct(type: DescEnum): void {
  const names = new Map<string, string>();
  for (const { localName, name } of type.values) {
    const other = names.get(localName);
    if (other !== undefined) {
      throw new GenerateError(
        `${type.file.proto.name}: "${other}" and "${name}" of enum ${type.typeName} are both ${localName} in TypeScript, rename one`,
      );
    }
    names.set(localName, name);
  }
}
