// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import { commentOf, isDeprecated } from "../comments.js";
import type { Emitter } from "../emitter.js";
import type { FieldPlan, OneofPlan } from "../field.js";
import { messageNames, shapeName } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** `export interface UserInit`: what making and encoding a message take. Every field may be left out, nested ones too. */
export function emitInit(message: DescMessage, members: readonly (FieldPlan | OneofPlan)[], out: Emitter): void {
  const deprecated = isDeprecated(message);
  out.doc(`{@link ${shapeName(message)}} with every field optional.${deprecated ? "\n\n@deprecated" : ""}`);
  out.print(
    out.exported("interface", messageNames(message).init),
    " extends Partial<",
    runtime.Message,
    `<"${message.typeName}">>`,
    members.length === 0 ? " {}" : " {",
  );
  for (const member of members) {
    out.doc(initDoc(member), "  ");
    if ("cases" in member) emitOneof(member, out);
    else out.print(`  ${member.property}?: `, member.initType, " | undefined;");
  }
  if (members.length > 0) out.print("}");
  out.print();
}

function emitOneof(oneof: OneofPlan, out: Emitter): void {
  out.print(`  ${oneof.property}?:`);
  for (const field of oneof.cases) {
    out.print(`    | { case: "${field.property}"; value: `, field.initType, " }");
  }
  out.print("    | { case: undefined; value?: undefined }");
  out.print("    | undefined;");
}

function initDoc(member: FieldPlan | OneofPlan): string {
  const { desc } = member;
  return [commentOf(desc), isDeprecated(desc) ? "@deprecated" : ""].filter(Boolean).join("\n\n");
}
