// SPDX-License-Identifier: Apache-2.0
import type { Metadata } from "petrel";
import type { HeaderInit } from "./gen/connectrpc/conformance/v1/service_pb.js";

/** One entry of metadata as `Metadata` takes it: bytes under a `-bin` name, text under any other. */
export type MetadataEntry = [name: string, value: string | Uint8Array];

/** The suite's header list as metadata entries; it writes `-bin` values as base64. */
export function toEntries(headers: readonly HeaderInit[]): MetadataEntry[] {
  return headers.flatMap(({ name = "", value = [] }) =>
    value.map((text): MetadataEntry => [name, isBinary(name) ? Buffer.from(text, "base64") : text]),
  );
}

/** Metadata as the suite's header list: one entry per name, since of two with one name it sees only the last. */
export function toHeaders(metadata: Metadata): { name: string; value: string[] }[] {
  const byName = new Map<string, string[]>();
  for (const [name, value] of metadata) {
    const values = byName.get(name) ?? [];
    values.push(typeof value === "string" ? value : Buffer.from(value).toString("base64").replace(/=+$/, ""));
    byName.set(name, values);
  }
  return Array.from(byName, ([name, value]) => ({ name, value }));
}

/** Appends the suite's headers to metadata that is about to be sent. */
export function appendHeaders(metadata: Metadata, headers: readonly HeaderInit[]): void {
  for (const [name, value] of toEntries(headers)) metadata.append(name, value);
}

function isBinary(name: string): boolean {
  return name.toLowerCase().endsWith("-bin");
}
