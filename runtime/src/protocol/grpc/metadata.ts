// SPDX-License-Identifier: Apache-2.0
import { isReservedName, Metadata } from "../../rpc/metadata.js";
import { type Field, type FieldSection, field } from "../../transport/exchange.js";
import { decodeBase64, encodeBase64, isBase64 } from "../../wire/base64.js";

/**
 * What an application sees of a field section: all but the protocol's own names. `-bin` values are split on "," and
 * decoded (gRPC HTTP2: Custom-Metadata); those that do not decode are left out, see `undecodableName`.
 */
export function metadataOf(section: FieldSection): Metadata {
  const entries: [name: string, value: string | Uint8Array][] = [];
  for (const { name, value } of section.fields) {
    if (isReservedName(name) && !passedThrough(name)) continue;
    if (!name.endsWith("-bin")) {
      entries.push([name, value]);
      continue;
    }
    for (const part of value.split(",")) {
      const bytes = decodeBase64(part.trim());
      if (bytes !== undefined) entries.push([name, bytes]);
    }
  }
  return Metadata.received(entries);
}

/** True when a field's value is not the base64 that its name promises. */
export function isUndecodable(field: Field): boolean {
  if (!field.name.endsWith("-bin") || field.name.startsWith("grpc-")) return false;
  if (!field.value.includes(",")) return !isBase64(field.value);
  return field.value.split(",").some((part) => !isBase64(part.trim()));
}

/**
 * Adds metadata to a section about to be sent. The protocol's own names, which received metadata may hold when an
 * application forwards it, stay behind. `sensitive` keeps values out of compression tables (RFC 7541 §7.1.3).
 */
export function appendMetadata(fields: Field[], metadata: Metadata, sensitive = false): void {
  for (const [name, value] of metadata) {
    if (isReservedName(name) && !forwarded(name)) continue;
    fields.push(field(name, typeof value === "string" ? value : encodeBase64(value), sensitive));
  }
}

function passedThrough(name: string): boolean {
  return name === "user-agent" || forwarded(name);
}

// gRFC A6: retries tell the application how often, and the application tells them when.
function forwarded(name: string): boolean {
  return name === "grpc-previous-rpc-attempts" || name === "grpc-retry-pushback-ms";
}
