// SPDX-License-Identifier: Apache-2.0
import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import type { Printable } from "@bufbuild/protoplugin";
import type { Emitter } from "../emitter.js";
import { messageNames } from "../names.js";
import { runtime } from "../runtime-imports.js";
import { zeroValue } from "./default-value.js";
import { messageForm, tagOf } from "./field-text.js";
import { scalarCode, wireType } from "./scalar.js";

/** The body of `decodeUser`: a switch over whole tags, so that a foreign wire type is an unknown field. */
export function emitDecodeBody(message: DescMessage, out: Emitter): void {
  out.print("  const message = into ?? ", messageNames(message).blank, "();");
  out.print("  while (reader.position < end) {");
  out.print("    const tag = reader.tag();");
  out.print("    switch (tag) {");
  for (const field of message.fields) emitField(field, out);
  out.print("      default:");
  out.print("        if (reader.unknown(tag, message)) return message;");
  out.print("    }");
  out.print("  }");
  out.print("  reader.done(end);");
  out.print("  return message;");
}

/** The constants that decoding a message needs, to be printed before its function: the numbers of closed enums. */
export function emitDecodeConstants(message: DescMessage, out: Emitter): void {
  for (const { enum: type } of message.fields) {
    if (type === undefined || type.open || !out.firstUse(type)) continue;
    const numbers = [...new Set(type.values.map(({ number }) => number))].join(", ");
    out.print(`const ${numbersName(type)} = /*@__PURE__*/ new Set([${numbers}]);`);
    out.print();
  }
}

// No type of the file can have this name: identifiers of a .proto have no "$", and ours have it only at their end.
function numbersName(type: DescEnum): string {
  return `${type.typeName.replaceAll(".", "$")}$numbers`;
}

function emitField(field: DescField, out: Emitter): void {
  switch (field.fieldKind) {
    case "list":
      emitList(field, out);
      return;
    case "map":
      emitMap(field, out);
      return;
    case "message":
      emitMessage(field, out);
      return;
    default:
      emitScalar(field, out);
  }
}

function emitScalar(field: DescField & { fieldKind: "scalar" | "enum" }, out: Emitter): void {
  const { wireType: type } = scalarCode(elementScalar(field));
  emitCase(tagOf(field, type), () => storeElement(field, out, (value) => assign(field, value)), out);
}

/** `message.id = value` or, in a oneof, `message.kind = { case: "id", value }`. */
function assign(field: DescField, value: readonly Printable[]): Printable[] {
  if (field.oneof === undefined) return [`message.${field.localName} = `, ...value, ";"];
  return [`message.${field.oneof.localName} = { case: "${field.localName}", value: `, ...value, " };"];
}

/** Reads one scalar or enum and stores it; a closed enum's unknown number becomes an unknown field. */
function storeElement(field: DescField, out: Emitter, store: (value: readonly Printable[]) => Printable[]): void {
  if (field.enum === undefined || field.enum.open) {
    out.print("        ", ...store(readElement(field, out)));
    return;
  }
  const tag = tagOf(field, wireType.varint);
  out.print(`        const value = reader.closedEnum(${tag}, message, ${numbersName(field.enum)});`);
  out.print("        if (value !== undefined) ", ...store(["value as ", out.shape(field.enum)]));
}

function readElement(field: DescField, out: Emitter): Printable[] {
  if (field.enum !== undefined) return ["reader.int32() as ", out.shape(field.enum)];
  const { read, is64 } = scalarCode(field.scalar as ScalarType, field.utf8Validation);
  const longAsString = is64 && "longAsString" in field && field.longAsString;
  return [longAsString ? `reader.${read}().toString()` : `reader.${read}()`];
}

function elementScalar(field: DescField): ScalarType {
  return field.enum !== undefined ? ScalarType.INT32 : (field.scalar as ScalarType);
}

function emitMessage(field: DescField & { fieldKind: "message" }, out: Emitter): void {
  const property = `message.${field.oneof?.localName ?? field.localName}`;
  const current =
    field.oneof === undefined ? property : `${property}.case === "${field.localName}" ? ${property}.value : undefined`;
  emitCase(messageTag(field), () => storeMessage(field, current, out, (value) => assign(field, value)), out);
}

function messageTag(field: DescField & { message: DescMessage }): number {
  return tagOf(field, isDelimited(field) ? wireType.startGroup : wireType.lengthDelimited);
}

function isDelimited(field: DescField): boolean {
  return "delimitedEncoding" in field && field.delimitedEncoding;
}

/** Reads a message or a group. `current` is what it is merged into, as an expression; none for elements of a list. */
function storeMessage(
  field: DescField & { message: DescMessage },
  current: string | undefined,
  out: Emitter,
  store: (value: readonly Printable[]) => Printable[],
): void {
  const { message } = field;
  const form = messageForm(field, message);
  if (form === "wrapped") {
    const wrapped = message.fields[0] as DescField & { fieldKind: "scalar" };
    const { read, wireType: type } = scalarCode(wrapped.scalar);
    const start = [`${current} ?? `, zeroValue(wrapped.scalar, false), `, ${tagOf(wrapped, type)}`];
    out.print("        ", ...store([runtime.readWrapped, "(reader, ", ...start, `, (reader) => reader.${read}())`]));
    return;
  }
  const decode = form === "json" ? runtime.decodeJsonObject : out.companion(message, "decode");
  const end = isDelimited(field) ? `reader.enterGroup(${field.number})` : "reader.enter()";
  out.print("        ", ...store([decode, `(reader, ${end}${current === undefined ? "" : `, ${current}`})`]));
  out.print(isDelimited(field) ? "        reader.leaveGroup();" : "        reader.leave();");
}

function emitList(field: DescField & { fieldKind: "list" }, out: Emitter): void {
  const list = `message.${field.localName}`;
  const push = (value: readonly Printable[]): Printable[] => [`${list}.push(`, ...value, ");"];
  if (field.listKind === "message") {
    emitCase(messageTag(field), () => storeMessage(field, undefined, out, push), out);
    return;
  }
  const { wireType: type, readPacked, is64 } = scalarCode(elementScalar(field));
  emitCase(tagOf(field, type), () => storeElement(field, out, push), out);
  // Both forms are read, whichever the .proto declares.
  if (readPacked === undefined) return;
  const packedTag = tagOf(field, wireType.lengthDelimited);
  const oneByOne =
    (field.enum !== undefined && !field.enum.open) || (is64 && "longAsString" in field && field.longAsString);
  emitCase(
    packedTag,
    () => {
      if (!oneByOne) {
        const cast = field.enum === undefined ? [] : [" as ", out.shape(field.enum), "[]"];
        out.print(`        ${list} = `, readPacked, `(reader, ${list})`, ...cast, ";");
        return;
      }
      out.print("        const packedEnd = reader.lengthEnd();");
      out.print("        while (reader.position < packedEnd) {");
      storeElement(field, out, push);
      out.print("        }");
      out.print("        reader.done(packedEnd);");
    },
    out,
  );
}

function emitMap(field: DescField & { fieldKind: "map" }, out: Emitter): void {
  const map = `message.${field.localName}`;
  const { wireType: keyType } = scalarCode(field.mapKey);
  const closed = field.enum !== undefined && !field.enum.open ? field.enum : undefined;
  const body = () => {
    if (closed !== undefined) out.print("        const entryStart = reader.position;");
    out.print("        const entryEnd = reader.lengthEnd();");
    out.print("        let key = ", field.mapKey === ScalarType.STRING ? '""' : zeroValue(field.mapKey, false), ";");
    out.print("        let value: ", ...valueType(field, out), " = ", ...valueDefault(field), ";");
    out.print("        while (reader.position < entryEnd) {");
    out.print("          const entryTag = reader.tag();");
    out.print("          switch (entryTag) {");
    out.print(`            case ${8 + keyType}: key = reader.${keyReader(field)}(); break;`);
    emitMapValue(field, out);
    out.print("            default: reader.skip(entryTag);");
    out.print("          }");
    out.print("        }");
    out.print("        reader.done(entryEnd);");
    if (closed !== undefined) {
      // Without a value that the enum knows, the whole entry is unknown.
      out.print(`        if (!${numbersName(closed)}.has(value)) {`);
      out.print("          reader.keepUnknown(tag, message, entryStart);");
      out.print("          break;");
      out.print("        }");
    }
    out.print("        ", runtime.setEntry, `(${map}, key, `, ...storedValue(field, out), ");");
  };
  emitCase(tagOf(field, wireType.lengthDelimited), body, out);
}

function keyReader(field: DescField & { fieldKind: "map" }): string {
  if (field.mapKey !== ScalarType.STRING) return scalarCode(field.mapKey).read;
  return field.utf8Validation ? "key" : "keyUnchecked";
}

function emitMapValue(field: DescField & { fieldKind: "map" }, out: Emitter): void {
  if (field.message === undefined) {
    const { wireType: type } = scalarCode(elementScalar(field));
    const read = field.enum === undefined ? readElement(field, out) : ["reader.int32()"];
    out.print(`            case ${16 + type}: value = `, ...read, "; break;");
    return;
  }
  const decode =
    messageForm(field, field.message) === "json" ? runtime.decodeJsonObject : out.companion(field.message, "decode");
  out.print("            case 18: value = ", decode, "(reader, reader.enter(), value); reader.leave(); break;");
}

function valueType(field: DescField & { fieldKind: "map" }, out: Emitter): Printable[] {
  if (field.enum !== undefined) return ["number"];
  if (field.message === undefined) return [scalarTypeText(field.scalar)];
  const json = messageForm(field, field.message) === "json";
  return [json ? runtime.JsonObject : out.shape(field.message), " | undefined"];
}

function scalarTypeText(type: ScalarType): string {
  switch (type) {
    case ScalarType.STRING:
      return "string";
    case ScalarType.BYTES:
      return "Uint8Array";
    case ScalarType.BOOL:
      return "boolean";
    default:
      return scalarCode(type).is64 ? "bigint" : "number";
  }
}

function valueDefault(field: DescField & { fieldKind: "map" }): Printable[] {
  if (field.message !== undefined) return ["undefined"];
  if (field.enum !== undefined) return [String(field.enum.values[0]?.number ?? 0)];
  return [zeroValue(field.scalar, false)];
}

function storedValue(field: DescField & { fieldKind: "map" }, out: Emitter): Printable[] {
  if (field.enum !== undefined) return ["value as ", out.shape(field.enum)];
  if (field.message === undefined) return ["value"];
  if (messageForm(field, field.message) === "json") return ["value ?? {}"];
  // An entry without its value holds an empty message.
  return ["value ?? ", out.companion(field.message, "decode"), "(reader, reader.position)"];
}

function emitCase(tag: number, body: () => void, out: Emitter): void {
  out.print(`      case ${tag}: {`);
  body();
  out.print("        break;");
  out.print("      }");
}
