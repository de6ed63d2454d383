// SPDX-License-Identifier: Apache-2.0
// `node examples/generate.mjs [name …]`: writes gen/ of each example whose .proto or plugin is newer than what is there.
// Vitest takes it as a global setup, too. Needs the plugin's dist.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const binaries = join(folder, "../node_modules/.bin");
const pluginCode = join(folder, "../plugin/dist");
const timeoutMs = 60_000;

/** Generates the examples that need it, all at once. Rejects with buf's words. */
export default async function generateExamples() {
  await generate(exampleNames());
}

async function generate(names) {
  if (!existsSync(pluginCode)) throw new Error("the plugin has no dist, run: npm run build");
  await Promise.all(names.filter(isStale).map(runBuf));
}

function exampleNames() {
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, "buf.gen.yaml")));
}

function isStale(name) {
  const generated = newestMs(join(folder, name, "gen"));
  const sources = ["proto", "buf.gen.yaml", "buf.yaml"].map((path) => newestMs(join(folder, name, path)));
  return generated < Math.max(...sources, newestMs(pluginCode));
}

function newestMs(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  const files = readdirSync(path, { recursive: true }).map((name) => statSync(join(path, name)));
  return Math.max(0, ...files.filter((file) => file.isFile()).map((file) => file.mtimeMs));
}

function runBuf(name) {
  const env = { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH}` };
  const child = spawn(join(binaries, "buf"), ["generate"], { cwd: join(folder, name), env, timeout: timeoutMs });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`buf generate in examples/${name} ended with ${code}: ${output.trim()}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  await generate(names.length > 0 ? names : exampleNames());
}
