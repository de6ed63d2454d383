// SPDX-License-Identifier: Apache-2.0
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";

/** The tag of a field with a wire type, as it is on the wire. */
export function tagOf(field: DescField, wireType: number): number {
  return field.number * 8 + wireType;
}

/** The name of a field as errors tell it, quoted: `"demo.v1.User.id"`. */
export function quotedName(field: DescField): string {
  return `"${field.parent.typeName}.${field.name}"`;
}

/** How the message of a field is held in memory: as itself, unwrapped, or as a JSON object. */
export function messageForm(field: DescField, message: DescMessage): "message" | "wrapped" | "json" {
  if (field.fieldKind === "message" && field.oneof === undefined && isWrapperDesc(message)) return "wrapped";
  // protobuf-es shows Struct as a plain JSON object everywhere but inside google.protobuf.Value itself.
  if (message.typeName === "google.protobuf.Struct" && field.parent.typeName !== "google.protobuf.Value") return "json";
  return "message";
}
