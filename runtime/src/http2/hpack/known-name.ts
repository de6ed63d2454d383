// SPDX-License-Identifier: Apache-2.0
import { staticTable } from "./static-table.js";

const slotCount = 512;

/** Names that peers send as literals again and again because the field's value is not worth an entry. */
const literalNames = [
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-message",
  "grpc-previous-rpc-attempts",
  "grpc-retry-pushback-ms",
  "grpc-status",
  "grpc-status-details-bin",
  "grpc-tags-bin",
  "grpc-timeout",
  "grpc-trace-bin",
  "te",
  "traceparent",
  "tracestate",
  "x-request-id",
];

// Filled once: what peers send cannot change it, so it tells nothing from one connection to another.
const slots = createSlots();

/**
 * The name that bytes[start, end) spell if it is a usual one, else undefined. Spares making a string that would be
 * compared with the same constant at once.
 */
export function knownName(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (start === end) return undefined;
  const name = slots[slotOf(end - start, bytes[start], bytes[start + ((end - start) >>> 1)], bytes[end - 1])];
  if (name === undefined || name.length !== end - start) return undefined;
  for (let i = 0; i < name.length; i++) {
    if (name.charCodeAt(i) !== bytes[start + i]) return undefined;
  }
  return name;
}

function createSlots(): (string | undefined)[] {
  const created = new Array<string | undefined>(slotCount).fill(undefined);
  // gRPC's names last: where two share a slot, they stay.
  for (const name of [...staticTable.map((entry) => entry.name), ...literalNames]) {
    const middle = name.charCodeAt(name.length >>> 1);
    created[slotOf(name.length, name.charCodeAt(0), middle, name.charCodeAt(name.length - 1))] = name;
  }
  return created;
}

function slotOf(length: number, first: number, middle: number, last: number): number {
  return (length * 37 + first * 3 + middle * 11 + last * 131) & (slotCount - 1);
}
