// SPDX-License-Identifier: Apache-2.0
import { excludedCases } from "./case-table.js";
import type { Result } from "./matrix.js";
import type { Plan } from "./plan.js";

const shownOutputLines = 12;

interface Row {
  readonly client: string;
  readonly server: string;
  readonly security: string;
  passed: number;
  failed: number;
  leftOut: number;
  tookMs: number;
}

/** Prints failures with what the programs said, the cases left out with their reasons, and the table. */
export function formatReport(plan: Plan, results: readonly Result[]): string {
  const lines: string[] = [];
  for (const result of results) if (!result.outcome.passed) lines.push(...formatFailure(result), "");
  lines.push("Left out:", ...formatLeftOut(plan), "");
  lines.push(...formatTable(countRows(plan, results)), "");
  const passed = results.filter((result) => result.outcome.passed).length;
  lines.push(`${passed} passed, ${results.length - passed} failed`);
  return lines.join("\n");
}

/** A case's name within a run: `client -> server security case`. */
export function formatName({ client, server, security, testCase }: Result): string {
  return `${client} -> ${server} ${security} ${testCase}`;
}

function formatFailure(result: Result): string[] {
  const output = result.outcome.output.trim().split("\n").slice(-shownOutputLines);
  return [`FAILED ${formatName(result)}: ${result.outcome.reason}`, ...output.map((line) => `    ${line}`)];
}

function formatLeftOut(plan: Plan): string[] {
  const pairsByReason = new Map<string, Set<string>>();
  for (const { lacks } of plan.pairs) {
    for (const [name, reason] of lacks) {
      const names = pairsByReason.get(reason) ?? new Set();
      pairsByReason.set(reason, names.add(name));
    }
  }
  for (const [names, reason] of Object.entries(excludedCases)) pairsByReason.set(reason, new Set([names]));
  return [...pairsByReason].map(([reason, names]) => `  ${[...names].join(", ")}: ${reason}`);
}

function countRows(plan: Plan, results: readonly Result[]): Row[] {
  const rows = new Map<string, Row>();
  const rowOf = (client: string, server: string, security: string) => {
    const key = `${client} ${server} ${security}`;
    const row = rows.get(key) ?? { client, server, security, passed: 0, failed: 0, leftOut: 0, tookMs: 0 };
    rows.set(key, row);
    return row;
  };
  for (const pair of plan.pairs) {
    rowOf(pair.client.name, pair.server.name, pair.security).leftOut = pair.lacks.length;
  }
  for (const { client, server, security, outcome } of results) {
    const row = rowOf(client, server, security);
    row[outcome.passed ? "passed" : "failed"]++;
    row.tookMs += outcome.tookMs;
  }
  return [...rows.values()];
}

function formatTable(rows: readonly Row[]): string[] {
  const cells = rows.map((row) => [
    row.client,
    row.server,
    row.security,
    String(row.passed),
    String(row.failed),
    String(row.leftOut),
    (row.tookMs / 1_000).toFixed(1),
  ]);
  const head = ["client", "server", "security", "passed", "failed", "left out", "seconds"];
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((line) => line[i]?.length ?? 0)));
  const firstNumber = 3;
  const formatLine = (line: readonly string[]) =>
    line.map((cell, i) => (i < firstNumber ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  return [formatLine(head), widths.map((width) => "-".repeat(width)).join("  "), ...cells.map(formatLine)];
}
