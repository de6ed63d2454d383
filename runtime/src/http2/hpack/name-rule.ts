// SPDX-License-Identifier: Apache-2.0
import { staticTable } from "./static-table.js";
import { encodeString } from "./string-literal.js";

/**
 * How a field of some name is represented: inserted into the dynamic table, inserted when it is seen again, not
 * inserted because it seldom repeats, or kept out of every table on the path (RFC 7541 §6.2, §7.1.3).
 */
export type Indexing = "incremental" | "onSecondSighting" | "without" | "never";

/** What the encoder knows beforehand of one name. */
export interface NameRule {
  readonly indexing: Indexing;
  /** The name's first index in the static table, 0 when it is not there. */
  readonly staticIndex: number;
  /** The values the static table has for the name, from `staticIndex` on. */
  readonly staticValues: readonly string[];
  /** The name as a string literal, for a name no table has. */
  readonly literal: Uint8Array;
}

const incremental = [
  ":authority",
  ":method",
  ":path",
  ":scheme",
  ":status",
  "accept",
  "accept-encoding",
  "content-encoding",
  "content-type",
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-status",
  "host",
  "server",
  "te",
  "user-agent",
];

// Each call has its own value; an insertion would push out what repeats.
const without = [
  "age",
  "content-length",
  "content-range",
  "date",
  "etag",
  "expires",
  "grpc-message",
  "grpc-previous-rpc-attempts",
  "grpc-retry-pushback-ms",
  "grpc-status-details-bin",
  "grpc-timeout",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "last-modified",
  "location",
  "range",
  "retry-after",
];

// RFC 7541 §7.1.3: values an attacker could guess through the table's effect on length.
const never = ["authorization", "cookie", "proxy-authorization", "set-cookie"];

const rules = createRules();

/** The rule of a name, or undefined for one that is neither in the static table nor gRPC's own. */
export function nameRule(name: string): NameRule | undefined {
  return rules.get(name);
}

function createRules(): Map<string, NameRule> {
  const created = new Map<string, NameRule>();
  const names = [...staticTable.map((entry) => entry.name), ...incremental, ...without, ...never];
  for (const name of names) {
    if (!created.has(name)) created.set(name, createRule(name));
  }
  return created;
}

function createRule(name: string): NameRule {
  const entries = staticTable.filter((entry) => entry.name === name);
  const buffer = new Uint8Array(name.length + 6);
  return {
    indexing: indexingOf(name),
    staticIndex: staticTable.findIndex((entry) => entry.name === name) + 1,
    staticValues: entries.map((entry) => entry.value),
    literal: buffer.slice(0, encodeString(name, buffer, 0)),
  };
}

function indexingOf(name: string): Indexing {
  if (never.includes(name)) return "never";
  if (without.includes(name)) return "without";
  return incremental.includes(name) ? "incremental" : "onSecondSighting";
}
