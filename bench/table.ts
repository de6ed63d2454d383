// SPDX-License-Identifier: Apache-2.0
import type { Row } from "./rows/row.js";
import { formatFigure, formatRatio, formatTable, type Summary, summarize } from "./summary.js";

/** What the rounds gave, by row and contender. */
export class Figures {
  readonly #byCell = new Map<string, number[]>();

  add(row: Row, contender: string, figure: number): void {
    this.#byCell.set(cell(row, contender), [...this.of(row, contender), figure]);
  }

  of(row: Row, contender: string): readonly number[] {
    return this.#byCell.get(cell(row, contender)) ?? [];
  }

  /** How many times better Petrel is, round by round: a noisy neighbour does the same to both. Undefined without both. */
  ratio(row: Row, peer: string): Summary | undefined {
    const ours = this.of(row, "petrel");
    const theirs = this.of(row, peer);
    if (ours.length === 0 || ours.length !== theirs.length) return undefined;
    return summarize(
      ours.map((figure, round) => {
        const other = theirs[round] as number;
        return row.better === "more" ? figure / other : other / figure;
      }),
    );
  }
}

/** The one table: a line for each row and contender with the figure, Petrel's lead and what it is to reach. */
export function formatRows(rows: readonly Row[], figures: Figures): string {
  const lines = rows.flatMap((row) =>
    row.contenders
      .filter((name) => figures.of(row, name).length > 0)
      .map((name, index) => [index === 0 ? row.name : "", ...contenderCells(row, name, figures)]),
  );
  return formatTable([["work", "contender", "unit", "median (spread)", "petrel better by", "to reach"], ...lines]);
}

function contenderCells(row: Row, name: string, figures: Figures): string[] {
  const figure = formatFigure(summarize(figures.of(row, name)));
  if (name === "petrel") return [name, row.unit, figure, "", limitCell(row, figures)];
  const ratio = figures.ratio(row, name);
  const target = row.targets[name];
  const lead = ratio === undefined ? "" : formatRatio(ratio);
  const goal = target === undefined || ratio === undefined ? "" : `${target}× ${reached(ratio.median >= target)}`;
  return [name, row.unit, figure, lead, goal];
}

function limitCell({ atMost, ...row }: Row, figures: Figures): string {
  if (atMost === undefined) return "";
  const than = atMost.than === undefined ? [0] : figures.of({ ...row }, atMost.than);
  if (than.length === 0) return "";
  const excess = summarize(figures.of(row, "petrel")).median - summarize(than).median;
  const beside = atMost.than === undefined ? "" : ` above ${atMost.than}`;
  return `≤ ${atMost.more} ${row.unit}${beside}: ${excess.toFixed(0)}, ${reached(excess <= atMost.more)}`;
}

function reached(yes: boolean): string {
  return yes ? "reached" : "missed";
}

function cell(row: Row, contender: string): string {
  return `${row.name} ${contender}`;
}
