// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

/** The rooms of runtime/src and their ranks (DESIGN §3). A room imports lower ranks only. */
const ranks: Readonly<Record<string, number>> = {
  wire: 0,
  http2: 0,
  rpc: 1,
  transport: 2,
  wkt: 2,
  protocol: 3,
  codec: 3,
  call: 4,
  client: 5,
  server: 5,
  interceptor: 6,
  service: 6,
  node: 7,
  web: 7,
  testing: 7,
};
const platformRooms = ["node", "testing"];

/** A source file by its path below the package's src, with the text that its imports are read from. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Returns a sentence for each import of runtime/src that DESIGN §3 forbids. Type imports count. Tests are exempt. */
export function checkRuntimeLayers(files: readonly SourceFile[]): string[] {
  return sources(files).flatMap((file) =>
    importsOf(file.text).flatMap((specifier) => {
      const violation = specifier.startsWith(".")
        ? relativeViolation(file.path, posix.join(posix.dirname(file.path), specifier).replace(/\.js$/, ".ts"))
        : packageViolation(file.path, specifier);
      return violation === undefined ? [] : [`${file.path} may not import ${violation}`];
    }),
  );
}

/** Returns a sentence for each import of plugin/src that is neither its own, Node's nor in `dependencies`. Tests are exempt. */
export function checkPluginImports(files: readonly SourceFile[], dependencies: readonly string[]): string[] {
  return sources(files).flatMap((file) =>
    importsOf(file.text).flatMap((specifier) => {
      if (isBuiltin(specifier)) return [];
      if (specifier.startsWith(".")) {
        const target = posix.join(posix.dirname(file.path), specifier);
        return target.startsWith("..") ? [`${file.path} may not import ${specifier}: outside plugin/src`] : [];
      }
      return dependencies.includes(packageName(specifier))
        ? []
        : [`${file.path} may not import ${specifier}: not in the package's dependencies`];
    }),
  );
}

/** What a module imports and re-exports, statically or not, types included. */
export function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const patterns = [
    /^\s*(?:import|export)\b[^;"'()]*?\bfrom\s*["']([^"']+)["']/gm,
    /^\s*import\s*["']([^"']+)["']/gm,
    /\bimport\(\s*["']([^"']+)["']\s*\)/g,
  ];
  return patterns.flatMap((pattern) => Array.from(code.matchAll(pattern), (match) => match[1] as string));
}

const sources = (files: readonly SourceFile[]) => files.filter((file) => !file.path.endsWith(".test.ts"));

function relativeViolation(from: string, to: string): string | undefined {
  if (to.startsWith("..")) return `${to}: outside runtime/src`;
  if (isEntryPoint(from)) return undefined;
  if (isEntryPoint(to)) return `${to}: entry points are for users`;
  const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
  if (fromRoom === toRoom) return undefined;
  const [fromRank, toRank] = [ranks[fromRoom], ranks[toRoom]];
  if (fromRank === undefined) return `${to}: ${fromRoom}/ has no rank in scripts/check-layers.ts`;
  if (toRank === undefined) return `${to}: ${toRoom}/ has no rank in scripts/check-layers.ts`;
  if (toRank >= fromRank) return `${to}: rank ${fromRank} → rank ${toRank}`;
  if (toRoom === "http2" && fromRoom !== "transport") return `${to}: only transport/ sees http2/`;
  return undefined;
}

function packageViolation(from: string, specifier: string): string | undefined {
  // Chosen by package condition (runtime/package.json, imports): wire/ has one UTF-8 coder for each platform.
  if (specifier === "#text" && roomOf(from) === "wire") return undefined;
  if (specifier.replace(/^node:/, "") === "http2") return `${specifier}: HTTP/2 is our own`;
  if (isBuiltin(specifier)) {
    return platformRooms.includes(roomOf(from)) ? undefined : `${specifier}: only node/ and testing/ see the platform`;
  }
  return packageName(specifier) === "@bufbuild/protobuf"
    ? undefined
    : `${specifier}: the one dependency is @bufbuild/protobuf`;
}

/** index.ts of src and of a platform, and the files right in src: they re-export and hold no code. */
const isEntryPoint = (path: string) => !path.includes("/") || platformRooms.some((room) => path === `${room}/index.ts`);

const roomOf = (path: string) => path.split("/")[0] as string;

const packageName = (specifier: string) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

function readSources(folder: string): SourceFile[] {
  const root = fileURLToPath(new URL(`../${folder}/`, import.meta.url));
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path: path.replaceAll("\\", "/"), text: readFileSync(root + path, "utf8") }));
}

function main(): void {
  const manifest = JSON.parse(readFileSync(new URL("../plugin/package.json", import.meta.url), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const runtime = readSources("runtime/src");
  const plugin = readSources("plugin/src");
  const violations = [
    ...checkRuntimeLayers(runtime),
    ...checkPluginImports(plugin, Object.keys(manifest.dependencies)),
  ];
  for (const violation of violations) console.error(violation);
  console.log(`layers: ${runtime.length + plugin.length} files, ${violations.length} forbidden imports`);
  if (violations.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
