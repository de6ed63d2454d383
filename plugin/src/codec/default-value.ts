// SPDX-License-Identifier: Apache-2.0
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { Edition, FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import type { Printable } from "@bufbuild/protoplugin";
import { runtime } from "../runtime-imports.js";

/**
 * Whether the messages of a type have a prototype that holds defaults, as protobuf-es has them: in proto2 always, in
 * editions when presence could not be seen otherwise.
 */
export function hasDefaultsPrototype(message: DescMessage): boolean {
  switch (message.file.edition) {
    case Edition.EDITION_PROTO3:
      return false;
    case Edition.EDITION_PROTO2:
      return true;
    default:
      return message.fields.some(
        (field) => !isImplicit(field) && field.fieldKind !== "message" && field.oneof === undefined,
      );
  }
}

/** Whether a field is set when its value is not the default (proto3 without `optional`). */
export function isImplicit(field: DescField): boolean {
  return field.presence === FeatureSet_FieldPresence.IMPLICIT;
}

/** The value of a scalar or enum field that is not set, as an expression. */
export function defaultValue(field: DescField & { fieldKind: "scalar" | "enum" }): Printable {
  const value = field.getDefaultValue();
  if (field.fieldKind === "enum") return String(value ?? field.enum.values[0]?.number ?? 0);
  if (value === undefined) return zeroValue(field.scalar, field.longAsString);
  if (value instanceof Uint8Array) return `new Uint8Array([${[...value].join(", ")}])`;
  if (typeof value === "bigint") return field.longAsString ? `"${value}"` : `${value}n`;
  if (typeof value === "string" && scalarIs64(field.scalar)) return field.longAsString ? `"${value}"` : `${value}n`;
  if (typeof value === "number") return numberLiteral(value);
  return JSON.stringify(value);
}

/** The zero of a scalar type, as an expression. */
export function zeroValue(type: ScalarType, longAsString: boolean): Printable {
  switch (type) {
    case ScalarType.BOOL:
      return "false";
    case ScalarType.STRING:
      return '""';
    case ScalarType.BYTES:
      return runtime.noBytes;
    default:
      if (!scalarIs64(type)) return "0";
      return longAsString ? '"0"' : "0n";
  }
}

function scalarIs64(type: ScalarType): boolean {
  return [ScalarType.INT64, ScalarType.UINT64, ScalarType.SINT64, ScalarType.FIXED64, ScalarType.SFIXED64].includes(
    type,
  );
}

function numberLiteral(value: number): string {
  if (Number.isNaN(value)) return "Number.NaN";
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return value > 0 ? "Number.POSITIVE_INFINITY" : "Number.NEGATIVE_INFINITY";
}
