// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CodeGeneratorRequest } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, test } from "vitest";
import { plugin } from "../src/plugin.js";
import { binary, requestFor, top } from "./support/compile.js";

const run = promisify(execFile);

const typesWithoutServices = [
  "petrel.test.proto2",
  "petrel.test.editions2023",
  "petrel.test.Maps",
  "petrel.test.Oneofs",
  "petrel.test.Node",
];
const optionSets = [
  { name: "default", parameter: "", types: [] },
  { name: "import-extension-ts", parameter: "import_extension=ts", types: [] },
  { name: "import-extension-none", parameter: "import_extension=none", types: [] },
  { name: "target-js-dts", parameter: "target=js+dts", types: [] },
  { name: "codec-size", parameter: "codec=size", types: [] },
  { name: "codec-none", parameter: "codec=none", types: typesWithoutServices },
];

let request: CodeGeneratorRequest;
beforeAll(async () => {
  request = await requestFor("testdata/proto", "petrel/test/");
});

test("buf.gen.yaml has one entry per option set", async () => {
  const template = await readFile(join(top, "buf.gen.yaml"), "utf8");
  const outputs = [...template.matchAll(/out: testdata\/golden\/(\S+)(?:\n\s+opt: (\S+))?(?:\n\s+types: \[(.+)\])?/g)];
  expect(
    outputs.map(([, name, parameter, types]) => ({
      name,
      parameter: parameter ?? "",
      types: types?.split(", ") ?? [],
    })),
  ).toEqual(optionSets);
});

describe.each(optionSets)("golden $name", ({ name, parameter, types }) => {
  test("is what the plugin generates now (else: npm run generate)", async () => {
    const asked = types.length === 0 ? request : await requestFor("testdata/proto", "petrel/test/", "", types);
    const response = plugin.run({ ...asked, parameter });
    expect(response.error).toBe("");
    const generated = new Map(response.file.map((file) => [file.name, file.content]));
    const folder = join(top, "testdata/golden", name);
    const committed = (await readdir(folder, { recursive: true })).filter((path) => /\.[jt]s$/.test(path));
    expect(committed.sort()).toEqual([...generated.keys()].sort());
    for (const path of committed) expect(await readFile(join(folder, path), "utf8"), path).toBe(generated.get(path));
  });

  test("type-checks under strict, erasableSyntaxOnly, exactOptionalPropertyTypes and isolatedDeclarations", async () => {
    const config = join(top, `plugin/test/support/tsconfig.${name}.json`);
    const { stdout } = await run(binary("tsc"), ["-p", config]).catch((reason: { stdout: string }) => reason);
    expect(stdout).toBe("");
  });
});

test("generated code holds no any, no helper of its own and imports only what it may", () => {
  const allowed = /^(@bufbuild\/protobuf(\/codegenv2|\/wkt(\/.*)?)?|petrel\/(codegen|wkt)|\.{1,2}\/.*_pb\.js)$/;
  for (const { name, content } of plugin.run(request).file) {
    const code = content.replaceAll(/\/\*[\s\S]*?\*\/|"[^"]*"/g, (text) => (text.startsWith('"') ? '""' : ""));
    expect(code, name).not.toMatch(/(:|<|\bas|\||,) ?any\b(?!\??:)/);
    expect(code, name).not.toMatch(
      /^(async )?(function(?! blank)|const(?! [\w$]+(Defaults|numbers)\$?\d* = )|let|var|class) /m,
    );
    for (const [, from] of content.matchAll(/^import .* from "([^"]+)";$/gm)) expect(from, name).toMatch(allowed);
  }
});
