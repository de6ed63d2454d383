// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

const columns = ["frame", "role", "stream", "state", "length"] as const;

/** What decides an outcome, in the words of testdata/fuzz/frame-outcomes.md. */
export type Situation = { readonly [Column in (typeof columns)[number]]: string };

/** A row: the situations it is about, what must happen in them and why. */
export interface OutcomeRow {
  readonly line: number;
  readonly conditions: Situation;
  readonly outcome: string;
  readonly why: string;
}

/** Reads the table. Throws for a row without an outcome or a section. */
export function readOutcomeTable(path: URL): OutcomeRow[] {
  const rows: OutcomeRow[] = [];
  for (const [index, line] of readFileSync(path, "utf8").split("\n").entries()) {
    if (!line.startsWith("| ") || line.startsWith("| frame")) continue;
    const [frame, role, stream, state, length, outcome, why] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (!/^(nothing|(stream|connection) [A-Z_]+)$/.test(outcome) || !why.includes("§")) {
      throw new Error(`line ${index + 1} of the table of outcomes is incomplete: ${line}`);
    }
    rows.push({ line: index + 1, conditions: { frame, role, stream, state, length }, outcome, why });
  }
  return rows;
}

/** The first row that matches; undefined when none does. */
export function findRow(rows: readonly OutcomeRow[], situation: Situation): OutcomeRow | undefined {
  return rows.find(({ conditions }) => columns.every((column) => matches(conditions[column], situation[column])));
}

function matches(condition: string, value: string): boolean {
  if (condition === "*") return true;
  if (condition.startsWith("!")) return condition.slice(1) !== value;
  return condition.split(" ").includes(value);
}
