// SPDX-License-Identifier: Apache-2.0
import type { DescEnum, DescExtension, DescField, DescMessage, DescOneof } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import { scalarTypeScriptType } from "@bufbuild/protobuf/codegenv2";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import type { Printable } from "@bufbuild/protoplugin";
import type { Emitter } from "./emitter.js";
import { GenerateError } from "./generate-error.js";
import { runtime } from "./runtime-imports.js";

/** How a field, or a oneof's case, appears in TypeScript: decided here, used by every emitter. */
export interface FieldPlan {
  readonly desc: DescField;
  readonly property: string;
  /** What a complete message holds. */
  readonly type: Printable;
  /** What may be given to make or encode one. */
  readonly initType: Printable;
  /** `always`: the property has a value, maybe the default. `whenSet`: undefined while not set. */
  readonly presence: "always" | "whenSet";
}

export interface OneofPlan {
  readonly desc: DescOneof;
  readonly property: string;
  readonly cases: readonly FieldPlan[];
}

/** A message's properties in the order of the `.proto`. Throws a GenerateError when two have the same name. */
export function planMembers(message: DescMessage, out: Emitter): (FieldPlan | OneofPlan)[] {
  assertDistinct(message);
  return message.members.map((member) =>
    member.kind === "oneof"
      ? {
          desc: member,
          property: member.localName,
          cases: member.fields.map((field) => planField(field, out)),
        }
      : planField(member, out),
  );
}

/** The type of an extension's value, wrappers and Struct unwrapped as protobuf-es does. */
export function extensionType(extension: DescExtension, out: Emitter): Printable {
  switch (extension.fieldKind) {
    case "scalar":
      return scalarTypeScriptType(extension.scalar, extension.longAsString);
    case "enum":
      return out.shape(extension.enum);
    case "message":
      return singularMessage(extension.message, out, "type", undefined);
    case "list":
      return [elementType(extension, out, "type", undefined), "[]"];
  }
}

function planField(field: DescField, out: Emitter): FieldPlan {
  // In proto2 and editions the default of an unset field is read from the message's prototype, so its type has no undefined.
  const whenSet =
    field.fieldKind === "message" ||
    ((field.fieldKind === "scalar" || field.fieldKind === "enum") && field.proto.proto3Optional);
  return {
    desc: field,
    property: field.localName,
    type: fieldType(field, out, "type"),
    initType: fieldType(field, out, "init"),
    presence: whenSet ? "whenSet" : "always",
  };
}

type Side = "type" | "init";

function fieldType(field: DescField, out: Emitter, side: Side): Printable {
  switch (field.fieldKind) {
    case "scalar":
      return scalarTypeScriptType(field.scalar, field.longAsString);
    case "enum":
      return out.shape(field.enum);
    case "message":
      return singularMessage(field.message, out, side, field);
    case "list":
      return [side === "init" ? "readonly " : "", elementType(field, out, side, field.parent), "[]"];
    case "map": {
      const key = mapKeyType(field.mapKey);
      const value = elementType(field, out, side, field.parent);
      return ["{ ", side === "init" ? "readonly " : "", "[key: ", key, "]: ", value, " }"];
    }
  }
}

type Elements =
  | {
      readonly scalar: ScalarType;
      readonly longAsString?: boolean;
      readonly enum: undefined;
      readonly message: undefined;
    }
  | { readonly scalar: undefined; readonly enum: DescEnum; readonly message: undefined }
  | { readonly scalar: undefined; readonly enum: undefined; readonly message: DescMessage };

/** One element of a list or one value of a map. */
function elementType(field: Elements, out: Emitter, side: Side, parent: DescMessage | undefined): Printable {
  if (field.message !== undefined) return messageType(field.message, out, side, parent);
  if (field.enum !== undefined) return out.shape(field.enum);
  return scalarTypeScriptType(field.scalar, field.longAsString ?? false);
}

function singularMessage(message: DescMessage, out: Emitter, side: Side, field: DescField | undefined): Printable {
  if (isWrapperDesc(message) && field?.oneof === undefined) {
    const [value] = message.fields;
    return scalarTypeScriptType(value.scalar, value.longAsString);
  }
  return messageType(message, out, side, field?.parent);
}

function messageType(message: DescMessage, out: Emitter, side: Side, parent: DescMessage | undefined): Printable {
  // protobuf-es shows Struct as a plain JSON object everywhere but inside google.protobuf.Value itself.
  if (message.typeName === "google.protobuf.Struct" && parent?.typeName !== "google.protobuf.Value") {
    return runtime.JsonObject;
  }
  return side === "type" ? out.shape(message) : out.companion(message, "init");
}

function mapKeyType(key: ScalarType): string {
  switch (key) {
    case ScalarType.INT32:
    case ScalarType.FIXED32:
    case ScalarType.UINT32:
    case ScalarType.SFIXED32:
    case ScalarType.SINT32:
      return "number";
    default:
      return "string";
  }
}

function assertDistinct(message: DescMessage): void {
  const names = new Map<string, string>();
  for (const { localName, name } of message.members) {
    const other = names.get(localName);
    if (other !== undefined) {
      throw new GenerateError(
        `${message.file.proto.name}: "${other}" and "${name}" of message ${message.typeName} are both ${localName} in TypeScript, rename one`,
      );
    }
    names.set(localName, name);
  }
}
