// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { GenerateError } from "./generate-error.js";
import { parseOptions } from "./options.js";

test("no option means TypeScript with .js imports", () => {
  expect(parseOptions("")).toEqual({ targets: ["ts"], importExtension: "js", codec: "speed" });
});

test("targets are joined by plus signs, each counted once", () => {
  expect(parseOptions("target=js+dts+js,import_extension=.ts")).toEqual({
    targets: ["js", "dts"],
    importExtension: "ts",
    codec: "speed",
  });
});

const refused = [
  ["target=py", 'option target must be ts, js, dts or several joined by "+" (js+dts), got "py"'],
  ["target", 'option target must be ts, js, dts or several joined by "+" (js+dts), got ""'],
  ["target=ts,target=js", "option target is given twice"],
  ["import_extension=mjs", 'option import_extension must be js, ts or none, got "mjs"'],
  ["import_extension=js,import_extension=ts", "option import_extension is given twice"],
  [
    "erasable_syntax=true",
    'unknown option "erasable_syntax": protoc-gen-petrel accepts target, import_extension and codec',
  ],
  ["codec=fast", 'option codec must be speed, size or none, got "fast"'],
  ["codec=size,codec=size", "option codec is given twice"],
  ["target=ts,", 'unknown option "": protoc-gen-petrel accepts target, import_extension and codec'],
] as const;
for (const [parameter, sentence] of refused) {
  test(`the parameter ${parameter} is refused: ${sentence}`, () => {
    expect(() => parseOptions(parameter)).toThrow(new GenerateError(sentence));
  });
}
