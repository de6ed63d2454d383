// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { checkContents, expectedContents } from "./check-package.js";

test("a package is its compiled sources without tests, its binaries and the three files every package has", () => {
  expect(expectedContents(["index.ts", "a/b.ts", "a", "a/b.test.ts", "globals.d.ts"], ["bin/run"])).toEqual([
    "LICENSE",
    "README.md",
    "package.json",
    "bin/run",
    ...["dist/index.d.ts", "dist/index.js", "dist/index.js.map"],
    ...["dist/a/b.d.ts", "dist/a/b.js", "dist/a/b.js.map"],
  ]);
});

test("files too many and too few are named", () => {
  expect(checkContents(["package.json", "dist/a.test.js"], ["package.json", "LICENSE"])).toEqual([
    "dist/a.test.js is packed and should not be",
    "LICENSE is not packed",
  ]);
});
