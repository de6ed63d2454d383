// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { committedFigures, formatDocument } from "./bundle-size-table.js";

test("the figures of a document are read as they were written, and its head is no row", () => {
  const document = formatDocument([
    { name: "one message, browser", minBytes: 19_822, gzipBytes: 4_923, maxGzipBytes: 5_250 },
    { name: "generated files, nothing used", minBytes: 0, gzipBytes: 0, maxGzipBytes: 0 },
    { name: "client", minBytes: 180_582, gzipBytes: 56_358 },
  ]);
  expect(committedFigures(document)).toEqual(
    new Map([
      ["one message, browser", { minBytes: 19_822, gzipBytes: 4_923 }],
      ["generated files, nothing used", { minBytes: 0, gzipBytes: 0 }],
      ["client", { minBytes: 180_582, gzipBytes: 56_358 }],
    ]),
  );
});

test("every line of the table is as wide as its head", () => {
  const document = formatDocument([{ name: "a bundle with a long name", minBytes: 1, gzipBytes: 123_456_789 }]);
  const widths = document.match(/^\|.*\|$/gm)?.map((line) => line.length) ?? [];
  expect(widths).toHaveLength(3);
  expect(new Set(widths).size).toBe(1);
});
