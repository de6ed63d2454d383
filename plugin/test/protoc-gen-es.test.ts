// SPDX-License-Identifier: Apache-2.0
// x_pb.ts replaces protoc-gen-es's: for the same input it exports the same names with interchangeable types, and more.
import { join } from "node:path";
import type { CodeGeneratorResponse } from "@bufbuild/protobuf/wkt";
import { ModuleKind, ModuleResolutionKind, Project, ScriptTarget, type SourceFile, ts } from "ts-morph";
import { beforeAll, expect, test } from "vitest";
import { plugin } from "../src/plugin.js";
import { requestFor, runPlugin, top } from "./support/compile.js";

const project = new Project({
  compilerOptions: {
    target: ScriptTarget.ES2022,
    module: ModuleKind.NodeNext,
    moduleResolution: ModuleResolutionKind.NodeNext,
    lib: ["lib.es2022.d.ts"],
    types: [],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    paths: { "petrel/*": [join(top, "runtime/src/*.ts")] },
  },
});
// Never written: paths inside the repository, so that imports of packages resolve.
const folders = { es: join(top, "plugin/test/.es"), petrel: join(top, "plugin/test/.petrel") };

// Here protoc-gen-es's own output does not compile: of two methods that differ in case it declares one property twice,
// and it names an interface `undefined`.
const brokenInEs = ["petrel/test/name_clash_pb.ts"];

interface Pair {
  readonly path: string;
  readonly es: SourceFile;
  readonly petrel: SourceFile;
}
let pairs: readonly Pair[];

beforeAll(async () => {
  const request = await requestFor("testdata/proto", "petrel/test/");
  const [es, petrel] = [
    await runPlugin(join(top, "node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es"), {
      ...request,
      // Where protoc-gen-es wants a generated file, we take the type from petrel/wkt.
      fileToGenerate: [...request.fileToGenerate, "google/rpc/code.proto", "google/rpc/status.proto"],
      parameter: "target=ts,erasable_syntax=true,import_extension=js",
    }),
    plugin.run(request),
  ].map((response, i) => addFiles(response, i === 0 ? folders.es : folders.petrel)) as [
    Map<string, SourceFile>,
    Map<string, SourceFile>,
  ];
  project.addSourceFileAtPath(join(top, "runtime/src/globals.d.ts"));
  pairs = [...es]
    .filter(([path]) => !path.startsWith("google/rpc/"))
    .map(([path, file]) => ({ path, es: file, petrel: petrel.get(path) as SourceFile }));
});

test("there is one x_pb.ts for each of protoc-gen-es's", () => {
  expect(pairs.length).toBeGreaterThan(12);
  expect(pairs.filter(({ petrel }) => petrel === undefined)).toEqual([]);
});

test("every name that protoc-gen-es exports is exported, in the same kinds", () => {
  for (const { path, es, petrel } of pairs) {
    const ours = exportsOf(petrel);
    const missing = [...exportsOf(es)].filter((name) => !ours.has(name));
    // Reserved by the language; protoc-gen-es declares them all the same.
    const impossible = brokenInEs.includes(path) ? ["type undefined"] : [];
    expect(missing, path).toEqual(impossible);
  }
});

test("every type and value can stand for protoc-gen-es's and the other way round", () => {
  const checks = pairs
    .filter(({ path }) => !brokenInEs.includes(path))
    .map(({ path, es }) => project.createSourceFile(join(top, "plugin/test/.check", path), checkOf(path, es)));
  for (const check of checks) {
    const problems = check
      .getPreEmitDiagnostics()
      .map((problem) => ts.flattenDiagnosticMessageText(problem.compilerObject.messageText, "\n"));
    expect(problems, check.getFilePath()).toEqual([]);
  }
});

test("a message's properties have the names, types and optionality of protoc-gen-es's", () => {
  let compared = 0;
  for (const { path, es, petrel } of pairs) {
    if (brokenInEs.includes(path)) continue;
    for (const alias of es.getTypeAliases()) {
      const ours = petrel.getInterface(alias.getName());
      if (ours === undefined) continue;
      expect(propertiesOf(ours.getType(), ours), alias.getName()).toEqual(propertiesOf(alias.getType(), alias));
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(30);
});

function addFiles(response: CodeGeneratorResponse, folder: string): Map<string, SourceFile> {
  expect(response.error).toBe("");
  const files = response.file.filter((file) => file.name.endsWith("_pb.ts"));
  return new Map(files.map(({ name, content }) => [name, project.createSourceFile(join(folder, name), content)]));
}

/** `type User`, `value UserSchema`. */
function exportsOf(file: SourceFile): Set<string> {
  const names = new Set<string>();
  for (const symbol of file.getSymbolOrThrow().getExports()) {
    const flags = symbol.getFlags();
    if (flags & (ts.SymbolFlags.Type | ts.SymbolFlags.Interface)) names.add(`type ${symbol.getName()}`);
    if (flags & ts.SymbolFlags.Value) names.add(`value ${symbol.getName()}`);
  }
  return names;
}

function checkOf(path: string, es: SourceFile): string {
  const up = "../".repeat(path.split("/").length);
  const module = path.replace(/\.ts$/, ".js");
  const lines = [
    `import type * as Es from "${up}.es/${module}";`,
    `import type * as Petrel from "${up}.petrel/${module}";`,
    "declare function same<A, B>(forth: (a: A) => B, back: (b: B) => A): void;",
  ];
  for (const name of exportsOf(es)) {
    const [kind, identifier] = name.split(" ") as [string, string];
    const [a, b] = ["Es", "Petrel"].map((side) => `${kind === "value" ? "typeof " : ""}${side}.${identifier}`);
    lines.push(`same<${a}, ${b}>((a) => a, (b) => b);`);
  }
  return lines.join("\n");
}

function propertiesOf(type: import("ts-morph").Type, at: import("ts-morph").Node): string[] {
  return type
    .getProperties()
    .map((property) => {
      const text = property
        .getTypeAtLocation(at)
        .getText(at, ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope | ts.TypeFormatFlags.InTypeAlias);
      // The compiler orders a union's members as it met them.
      const plain = text.replaceAll(/import\("[^"]*"\)\./g, "");
      const sorted = plain.includes("{") ? plain : plain.split(" | ").sort().join(" | ");
      return `${property.getName()}${property.isOptional() ? "?" : ""}: ${sorted}`;
    })
    .sort();
}
