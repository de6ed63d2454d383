// SPDX-License-Identifier: Apache-2.0

/** Median and extremes of what the rounds gave. */
export interface Summary {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Sums up the figures of all rounds; throws when there are none. */
export function summarize(figures: readonly number[]): Summary {
  if (figures.length === 0) throw new Error("no figures to summarize");
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  const median = sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
  return { median, lowest: sorted[0] as number, highest: sorted[sorted.length - 1] as number };
}

/** A figure in its unit: `291 k (280–299)`, `7.0 k (6.9–7.3)`, `12.3 (11.9–12.8)`. The extremes of a single round are left out. */
export function formatFigure({ median, lowest, highest }: Summary): string {
  const [unit, divisor] = median >= 1_000 ? [" k", 1_000] : ["", 1];
  const spread = lowest === highest ? "" : ` (${threeDigits(lowest / divisor)}–${threeDigits(highest / divisor)})`;
  return `${threeDigits(median / divisor)}${unit}${spread}`;
}

/** A ratio: `3.6× (3.2–4.1)`. */
export function formatRatio({ median, lowest, highest }: Summary): string {
  const spread = lowest === highest ? "" : ` (${lowest.toFixed(1)}–${highest.toFixed(1)})`;
  return `${median.toFixed(1)}×${spread}`;
}

/** Lines of a table with its columns aligned. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
