// SPDX-License-Identifier: Apache-2.0

/** One figure: what was asked for and what was seen. */
export interface Finding {
  readonly attack: string;
  readonly what: string;
  readonly bound: string;
  readonly measured: string;
  readonly passed: boolean;
}

/** Collects figures and prints each as it comes. */
export class Findings {
  readonly all: Finding[] = [];
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  get failed(): number {
    return this.all.filter(({ passed }) => !passed).length;
  }

  /** A number that must not be above `bound`. */
  atMost(attack: string, what: string, measured: number, bound: number, unit = ""): void {
    this.#add({
      attack,
      what,
      bound: `≤ ${bound}${unit}`,
      measured: `${formatNumber(measured)}${unit}`,
      passed: measured <= bound,
    });
  }

  atLeast(attack: string, what: string, measured: number, bound: number, unit = ""): void {
    this.#add({
      attack,
      what,
      bound: `≥ ${bound}${unit}`,
      measured: `${formatNumber(measured)}${unit}`,
      passed: measured >= bound,
    });
  }

  /** Something that must be exactly so. */
  equal(attack: string, what: string, measured: string | number | boolean, bound: string | number | boolean): void {
    this.#add({ attack, what, bound: String(bound), measured: String(measured), passed: measured === bound });
  }

  /** A figure that is told and not judged. */
  note(attack: string, what: string, measured: string): void {
    this.#print(`       ${attack}: ${what}: ${measured}`);
  }

  /** A part that broke off. */
  broken(attack: string, error: unknown): void {
    const measured = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#add({ attack, what: "runs to its end", bound: "yes", measured, passed: false });
  }

  /** A Markdown table for docs/reliability.md: a row for each attack, with what was missed in bold. */
  table(): string {
    const rows = new Map<string, string[]>();
    for (const { attack, what, measured, bound, passed } of this.all) {
      const cells = rows.get(attack) ?? [];
      rows.set(attack, cells);
      const text = `${what}: ${measured.split("\n")[0]} (${bound})`.replaceAll("|", "\\|");
      cells.push(passed ? text : `**${text}**`);
    }
    return [
      "| what | measured (bound) |",
      "| --- | --- |",
      ...[...rows].map(([attack, cells]) => `| ${attack} | ${cells.join("; ")} |`),
    ].join("\n");
  }

  summary(): string {
    return `${this.all.length - this.failed} passed, ${this.failed} failed`;
  }

  #add(finding: Finding): void {
    this.all.push(finding);
    const { attack, what, measured, bound, passed } = finding;
    this.#print(`${passed ? "ok    " : "FAILED"} ${attack}: ${what}: ${measured} (${bound})`);
  }
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/** Of values in order; NaN without any. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
}
