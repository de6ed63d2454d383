// SPDX-License-Identifier: Apache-2.0
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { getDeclarationString } from "@bufbuild/protoplugin";
import { commentOf, isDeprecated } from "../comments.js";
import type { Emitter } from "../emitter.js";
import type { FieldPlan, OneofPlan } from "../field.js";
import { shapeName } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** `export interface User`: a complete message, as decoding gives it. */
export function emitInterface(message: DescMessage, members: readonly (FieldPlan | OneofPlan)[], out: Emitter): void {
  out.doc(describe(commentOf(message), `message ${message.typeName}`, isDeprecated(message)));
  out.print(
    out.exported("interface", shapeName(message)),
    " extends ",
    runtime.Message,
    `<"${message.typeName}">`,
    members.length === 0 ? " {}" : " {",
  );
  for (const [i, member] of members.entries()) {
    if (i > 0) out.print();
    if ("cases" in member) emitOneof(member, out);
    else emitField(member, out);
  }
  if (members.length > 0) out.print("}");
  out.print();
}

/** A comment, then the declaration it stands for, then `@deprecated`. */
export function describe(comment: string, declaration: string, deprecated: boolean): string {
  return [comment, `\`${declaration}\``, deprecated ? "@deprecated" : ""].filter(Boolean).join("\n\n");
}

function emitField(field: FieldPlan, out: Emitter): void {
  emitFieldDoc(field.desc, out, "  ");
  if (field.presence === "whenSet") out.print(`  ${field.property}?: `, field.type, " | undefined;");
  else out.print(`  ${field.property}: `, field.type, ";");
}

function emitOneof(oneof: OneofPlan, out: Emitter): void {
  out.doc(describe(commentOf(oneof.desc), `oneof ${oneof.desc.name}`, isDeprecated(oneof.desc)), "  ");
  out.print(`  ${oneof.property}:`);
  for (const field of oneof.cases) {
    out.print("    | {");
    emitFieldDoc(field.desc, out, "        ");
    out.print("        value: ", field.type, ";");
    out.print(`        case: "${field.property}";`);
    out.print("      }");
  }
  out.print("    | { case: undefined; value?: undefined };");
}

function emitFieldDoc(field: DescField, out: Emitter, indentation: string): void {
  out.doc(describe(commentOf(field), getDeclarationString(field), isDeprecated(field)), indentation);
}
