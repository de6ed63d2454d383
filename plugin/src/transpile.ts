// SPDX-License-Identifier: Apache-2.0
import { createRequire } from "node:module";
import type { FileInfo } from "@bufbuild/protoplugin";
import type typescript from "typescript";

type TypeScript = typeof typescript;

/**
 * JavaScript and declarations from the TypeScript we generate. Each file by itself, for it says all its types: protoplugin's
 * own transpiler writes ES2017, where private fields become WeakMaps.
 */
export function transpile(files: FileInfo[], transpileJs: boolean, transpileDts: boolean): FileInfo[] {
  // Loaded here: most runs ask for TypeScript alone, and the compiler takes longer to load than they take.
  const ts = createRequire(import.meta.url)("typescript") as TypeScript;
  const options: typescript.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ES2022,
    newLine: ts.NewLineKind.LineFeed,
    verbatimModuleSyntax: true,
    isolatedModules: true,
  };
  const output: FileInfo[] = [];
  if (transpileJs) {
    for (const { name, content } of files) {
      const { outputText } = ts.transpileModule(content, { compilerOptions: options, fileName: name });
      output.push({ name: name.replace(/\.ts$/, ".js"), content: outputText });
    }
  }
  if (transpileDts) output.push(...emitDeclarations(files, options, ts));
  return output;
}

// The names of the language that generated declarations use. The compiler's own libraries would take longer than the rest.
const library = {
  name: "generated-library.d.ts",
  text: [
    "type Partial<T> = { [P in keyof T]?: T[P] };",
    ...[
      "Array<T>",
      "ReadonlyArray<T>",
      "Iterable<T>",
      "AsyncIterable<T>",
      "Promise<T>",
      "Uint8Array",
      "SymbolConstructor",
    ].map((name) => `interface ${name} {}`),
    "declare var Symbol: SymbolConstructor;",
  ].join("\n"),
};

function emitDeclarations(files: FileInfo[], options: typescript.CompilerOptions, ts: TypeScript): FileInfo[] {
  const sources = new Map([
    ...files.map(({ name, content }) => [name, content] as const),
    [library.name, library.text],
  ]);
  const host: typescript.CompilerHost = {
    fileExists: (name) => sources.has(name),
    readFile: (name) => sources.get(name),
    getSourceFile(name, languageVersion) {
      const text = sources.get(name);
      return text === undefined ? undefined : ts.createSourceFile(name, text, languageVersion);
    },
    getDefaultLibFileName: () => library.name,
    getCurrentDirectory: () => "",
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    writeFile: () => {},
  };
  const program = ts.createProgram({
    rootNames: [...sources.keys()],
    options: { ...options, declaration: true, emitDeclarationOnly: true, noResolve: true, noLib: true, types: [] },
    host,
  });
  const output: FileInfo[] = [];
  const { diagnostics } = program.emit(undefined, (name, content) => {
    output.push({ name, content });
  });
  const [first] = diagnostics;
  if (first !== undefined) throw new TypeError(ts.flattenDiagnosticMessageText(first.messageText, "\n"));
  return output;
}
