// SPDX-License-Identifier: Apache-2.0

export interface Row {
  readonly name: string;
  readonly minBytes: number;
  readonly gzipBytes: number;
  /** What the gzipped bundle must not exceed. Default: none. */
  readonly maxGzipBytes?: number | undefined;
}

const introduction = `# Bundle size

What Petrel adds to a bundle: esbuild, minified, ES2022, then gzip. \`npm run bundle-size\` measures, holds the figures
against the bounds and fails when this table is off by more than 2 % and 100 bytes; \`npm run bundle-size -- --update\`
writes it. A message is to take 5 kB for the runtime and 0.25 kB for itself; with more messages the runtime grows by what
the types of their fields need, and each adds 0.25 kB at most. \`browser\` takes the code for runtimes without Node's
\`Buffer\`. The messages are those of [bench/codec/proto](../bench/codec/proto/bench/codec/v1/payloads.proto), each encoded
and decoded.
`;

/** The document that is committed. */
export function formatDocument(rows: readonly Row[]): string {
  const cells = rows.map(({ name, minBytes, gzipBytes, maxGzipBytes }) => [
    name,
    String(minBytes),
    String(gzipBytes),
    maxGzipBytes === undefined ? "" : String(maxGzipBytes),
  ]);
  const table = [["bundle", "min, B", "gz, B", "at most"], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = table;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [introduction, line(head), rule, ...body.map(line), ""].join("\n");
}

/** The figures that the committed document has, by the row's name. */
export function committedFigures(document: string): Map<string, Pick<Row, "minBytes" | "gzipBytes">> {
  const rows = document.matchAll(/^\| (?<name>.+?) +\| (?<min>\d+) +\| (?<gz>\d+) +\|/gm);
  return new Map(
    Array.from(rows, ({ groups = {} }) => [
      String(groups.name),
      { minBytes: Number(groups.min), gzipBytes: Number(groups.gz) },
    ]),
  );
}
