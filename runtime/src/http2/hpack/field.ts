// SPDX-License-Identifier: Apache-2.0

/** One field line (RFC 9113 §8.2). Never changed once made: tables and memos share it by identity. */
export interface Field {
  /** Lower-case when we made it; as received, unchecked, when a peer did. */
  readonly name: string;
  /** One UTF-16 unit per octet (latin1). */
  readonly value: string;
  /** Sent and received as a never-indexed literal (RFC 7541 §6.2.3). */
  readonly sensitive: boolean;
}

/** Creates a field line. A constant one is created once and reused: the encoder finds it again by identity. */
export function field(name: string, value: string, sensitive = false): Field {
  return { name, value, sensitive };
}

/** What a field counts in a dynamic table and in a field section, in bytes (RFC 7541 §4.1, RFC 9113 §6.5.2). */
export function fieldBytes(field: Field): number {
  return field.name.length + field.value.length + 32;
}

/** What a field section counts against SETTINGS_MAX_HEADER_LIST_SIZE (RFC 9113 §6.5.2). */
export function sectionBytes(fields: readonly Field[]): number {
  let bytes = 0;
  for (let i = 0; i < fields.length; i++) bytes += fieldBytes(fields[i]);
  return bytes;
}
