// SPDX-License-Identifier: Apache-2.0
import type { DescField, DescMessage, DescOneof } from "@bufbuild/protobuf";
import type { Printable } from "@bufbuild/protoplugin";
import type { Emitter } from "../emitter.js";
import { messageNames } from "../names.js";
import { runtime } from "../runtime-imports.js";
import { messageForm } from "./field-text.js";

/** The body of `createUser`: a message with nothing set, then what the init has. A complete message is given back. */
export function emitCreateBody(message: DescMessage, out: Emitter): void {
  out.print(`  if (init?.$typeName === "${message.typeName}") return init as `, out.shape(message), ";");
  out.print("  const message = ", messageNames(message).blank, "();");
  if (message.members.length > 0) out.print("  if (init == null) return message;");
  for (const member of message.members) {
    if (member.kind === "oneof") emitOneof(member, out);
    else
      out.print(`  if (init.${member.localName} != null) message.${member.localName} = `, ...copied(member, out), ";");
  }
  out.print("  return message;");
}

function copied(field: DescField, out: Emitter): Printable[] {
  const value = `init.${field.localName}`;
  switch (field.fieldKind) {
    case "list":
      return field.listKind === "message" && isNested(field)
        ? [`${value}.map((one) => `, out.companion(field.message, "create"), "(one))"]
        : [`[...${value}]`];
    case "map":
      return field.mapKind === "message" && isNested(field)
        ? [runtime.mapValues, `(${value}, `, out.companion(field.message, "create"), ")"]
        : [`{ ...${value} }`];
    case "message":
      return isNested(field) ? [out.companion(field.message, "create"), `(${value})`] : [value];
    default:
      return [value];
  }
}

function isNested(field: DescField & { message: DescMessage }): boolean {
  return messageForm(field, field.message) === "message";
}

function emitOneof(oneof: DescOneof, out: Emitter): void {
  const property = oneof.localName;
  const nested = oneof.fields.filter((field) => field.message !== undefined && isNested(field));
  if (nested.length === 0) {
    out.print(`  if (init.${property}?.case !== undefined) message.${property} = { ...init.${property} };`);
    return;
  }
  out.print(`  switch (init.${property}?.case) {`);
  for (const field of nested) {
    const create = out.companion(field.message as DescMessage, "create");
    out.print(`    case "${field.localName}":`);
    out.print(
      `      message.${property} = { case: "${field.localName}", value: `,
      create,
      `(init.${property}.value) };`,
    );
    out.print("      break;");
  }
  const plain = oneof.fields.filter((field) => !nested.includes(field));
  for (const field of plain) out.print(`    case "${field.localName}":`);
  if (plain.length > 0) out.print(`      message.${property} = { ...init.${property} };`);
  out.print("  }");
}
