// SPDX-License-Identifier: Apache-2.0
import { type DescField, type DescMessage, type DescOneof, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import type { Printable } from "@bufbuild/protoplugin";
import type { Emitter } from "../emitter.js";
import { runtime } from "../runtime-imports.js";
import { hasDefaultsPrototype, isImplicit } from "./default-value.js";
import { messageForm, quotedName, tagOf } from "./field-text.js";
import { scalarCode, wireType } from "./scalar.js";

/** The body of `encodeUser`: its fields in the order of their numbers, then what was not known. */
export function emitEncodeBody(message: DescMessage, out: Emitter): void {
  out.print("  ", runtime.checkMessage, `(message, "${message.typeName}");`);
  const fields = [...message.fields].sort((a, b) => a.number - b.number);
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] as DescField;
    if (field.oneof === undefined) emitField(field, out);
    else i += emitCases(field.oneof, fields.slice(i), out) - 1;
  }
  const { writeUnknown } = runtime;
  out.print("  if (message.$unknown != null) position = ", writeUnknown, "(buffer, position, message.$unknown);");
  out.print("  return position;");
}

/** The cases of a oneof that follow one another, as one switch. Returns how many they are. */
function emitCases(oneof: DescOneof, fields: readonly DescField[], out: Emitter): number {
  let count = 0;
  while (fields[count]?.oneof === oneof) count++;
  const property = `message.${oneof.localName}`;
  out.print(`  switch (${property}?.case) {`);
  for (const field of fields.slice(0, count)) {
    out.print(`    case "${field.localName}": {`);
    emitSingular(field, `${property}.value`, "      ", out);
    out.print("      break;");
    out.print("    }");
  }
  out.print("  }");
  return count;
}

function emitField(field: DescField, out: Emitter): void {
  const access = `message.${field.localName}`;
  switch (field.fieldKind) {
    case "list":
      out.print(`  if (${access} != null) {`);
      out.print(`    const list = ${access};`);
      emitList(field, out);
      out.print("  }");
      return;
    case "map":
      out.print(`  if (${access} != null) {`);
      out.print(`    const map = ${access};`);
      emitMap(field, out);
      out.print("  }");
      return;
    default:
      out.print("  if (", ...isSet(field, access), ") {");
      emitSingular(field, access, "    ", out);
      if (field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED) {
        out.print("  } else {");
        out.print("    throw ", runtime.requiredFieldNotSet, `(${quotedName(field)});`);
      }
      out.print("  }");
  }
}

function isSet(field: DescField & { fieldKind: "scalar" | "enum" | "message" }, access: string): Printable[] {
  if (!isImplicit(field)) {
    // A default of the prototype is no value.
    const own = field.fieldKind !== "message" && hasDefaultsPrototype(field.parent);
    return [own ? `Object.hasOwn(message, "${field.localName}") && ` : "", `${access} != null`];
  }
  if (field.fieldKind === "enum") return [`${access} != null && ${access} !== ${field.enum.values[0]?.number ?? 0}`];
  if (field.fieldKind === "message") return [`${access} != null`];
  switch (field.scalar) {
    case ScalarType.STRING:
      return [`${access} != null && ${access} !== ""`];
    case ScalarType.BYTES:
      return [`${access} != null && ${access}.length !== 0`];
    case ScalarType.BOOL:
      return [`${access} != null && ${access} !== false`];
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return [`${access} != null && !Object.is(${access}, 0)`];
    default: {
      if (!scalarCode(field.scalar).is64) return [`${access} != null && ${access} !== 0`];
      // Loosely: a number and text are taken as well, and their zero is no value either.
      return [`${access} != null && ${access} != ${field.longAsString ? '"0"' : "0n"}`];
    }
  }
}

function emitSingular(field: DescField, value: string, indentation: string, out: Emitter): void {
  if (field.message === undefined) {
    out.print(indentation, "position = ", ...writeScalar(field, value), ";");
    return;
  }
  emitMessageField(field, field.message, value, indentation, out);
}

/** `writeInt32(buffer, position, 8, value, "demo.v1.User.age")` */
function writeScalar(field: DescField, value: string): Printable[] {
  const { write, wireType: type } = scalarCode(elementScalar(field));
  return [write, `(buffer, position, ${tagOf(field, type)}, ${value}, ${quotedName(field)})`];
}

function elementScalar(field: DescField): ScalarType {
  return field.enum !== undefined ? ScalarType.INT32 : (field.scalar as ScalarType);
}

function emitMessageField(
  field: DescField,
  message: DescMessage,
  value: string,
  indentation: string,
  out: Emitter,
): void {
  if ("delimitedEncoding" in field && field.delimitedEncoding) {
    const tag = (type: number) => `(buffer, position, ${tagOf(field, type)});`;
    out.print(indentation, "position = ", runtime.writeTag, tag(wireType.startGroup));
    out.print(indentation, "position = ", ...encodeContent(field, message, value, "position", out), ";");
    out.print(indentation, "position = ", runtime.writeTag, tag(wireType.endGroup));
    return;
  }
  const tag = tagOf(field, wireType.lengthDelimited);
  out.print(indentation, "const start = ", runtime.beginMessage, `(buffer, position, ${tag});`);
  const content = encodeContent(field, message, value, "start", out);
  out.print(indentation, "position = ", runtime.endMessage, "(buffer, start, ", ...content, ");");
}

/** What writes the content of a message at `at` and gives the position behind it. */
function encodeContent(
  field: DescField,
  message: DescMessage,
  value: string,
  at: string,
  out: Emitter,
): readonly Printable[] {
  switch (messageForm(field, message)) {
    case "json":
      return [runtime.encodeJsonObject, `(buffer, ${value}, ${at})`];
    case "wrapped": {
      const wrapped = message.fields[0] as DescField & { fieldKind: "scalar" };
      const { write, wireType: type } = scalarCode(wrapped.scalar);
      const call = [write, `(buffer, ${at}, ${tagOf(wrapped, type)}, ${value}, ${quotedName(field)})`];
      // The content is a message of its own, in which a default is not written.
      return [...isSet(wrapped, value), " ? ", ...call, ` : ${at}`];
    }
    case "message":
      return [out.companion(message, "encode"), `(buffer, ${value}, ${at})`];
  }
}

function emitList(field: DescField & { fieldKind: "list" }, out: Emitter): void {
  if (field.listKind !== "message" && field.packed) {
    const { writePacked } = scalarCode(elementScalar(field));
    if (writePacked === undefined) throw new TypeError(`${field.toString()} is packed`);
    const tag = tagOf(field, wireType.lengthDelimited);
    out.print("    position = ", writePacked, `(buffer, position, ${tag}, list, ${quotedName(field)});`);
    return;
  }
  out.print("    for (let i = 0; i < list.length; i++) {");
  emitSingular(field, "list[i]!", "      ", out);
  out.print("    }");
}

function emitMap(field: DescField & { fieldKind: "map" }, out: Emitter): void {
  const tag = tagOf(field, wireType.lengthDelimited);
  out.print("    for (const key in map) {");
  out.print("      if (!Object.hasOwn(map, key)) continue;");
  out.print("      const entry = ", runtime.beginMessage, `(buffer, position, ${tag});`);
  out.print("      const valueAt = ", ...writeKey(field), ";");
  if (field.message !== undefined) {
    const content = encodeContent(field, field.message, "map[key]!", "start", out);
    out.print("      const start = ", runtime.beginMessage, "(buffer, valueAt, 18);");
    out.print("      const end = ", runtime.endMessage, "(buffer, start, ", ...content, ");");
  } else {
    const { write, wireType: type } = scalarCode(elementScalar(field));
    out.print("      const end = ", write, `(buffer, valueAt, ${16 + type}, map[key]!, ${quotedName(field)});`);
  }
  out.print("      position = ", runtime.endMessage, "(buffer, entry, end);");
  out.print("    }");
}

function writeKey(field: DescField & { fieldKind: "map" }): Printable[] {
  const { write, wireType: type, is64 } = scalarCode(field.mapKey);
  const name = quotedName(field);
  const key = (): Printable[] => {
    switch (field.mapKey) {
      case ScalarType.STRING:
        return ["key"];
      case ScalarType.BOOL:
        return [runtime.boolKey, `(key, ${name})`];
      default:
        // The writers of 64-bit integers take text as it is.
        return is64 ? ["key"] : [runtime.numberKey, `(key, ${name})`];
    }
  };
  return [write, `(buffer, entry, ${8 + type}, `, ...key(), `, ${name})`];
}
