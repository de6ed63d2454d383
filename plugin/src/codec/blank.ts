// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import type { Printable } from "@bufbuild/protoplugin";
import type { Emitter } from "../emitter.js";
import { messageNames, propertyKey } from "../names.js";
import { defaultValue, hasDefaultsPrototype, isImplicit } from "./default-value.js";

/**
 * `function blankUser`: a message with nothing set, in the shape that protobuf-es gives it (own properties, their order,
 * and a prototype of defaults where presence needs one). Not exported: `createUser` and `decodeUser` begin with it.
 */
export function emitBlank(message: DescMessage, out: Emitter): void {
  const { blank, defaults } = messageNames(message);
  const withPrototype = hasDefaultsPrototype(message);
  if (withPrototype) emitDefaults(message, defaults, out);
  const shape = out.shape(message);
  out.print("function ", blank, "(): ", shape, " {");
  out.print("  return {");
  if (withPrototype) out.print("    __proto__: ", defaults, ",");
  out.print(`    $typeName: "${message.typeName}",`);
  for (const member of message.members) {
    const value = blankValue(member);
    if (value !== undefined) out.print("    ", propertyKey(member.localName), ": ", value, ",");
  }
  out.print(withPrototype ? "  } as object as " : "  }", ...(withPrototype ? [shape] : []), ";");
  out.print("}");
  out.print();
}

function emitDefaults(message: DescMessage, name: string, out: Emitter): void {
  out.print("const ", name, " = {");
  for (const member of message.members) {
    if (member.kind === "oneof" || (member.fieldKind !== "scalar" && member.fieldKind !== "enum")) continue;
    out.print("  ", propertyKey(member.localName), ": ", defaultValue(member), ",");
  }
  out.print("};");
  out.print();
}

function blankValue(member: DescMessage["members"][number]): Printable | undefined {
  if (member.kind === "oneof") return "{ case: undefined }";
  switch (member.fieldKind) {
    case "list":
      return "[]";
    case "map":
      return "{}";
    case "message":
      return undefined;
    default:
      return isImplicit(member) ? defaultValue(member) : undefined;
  }
}
