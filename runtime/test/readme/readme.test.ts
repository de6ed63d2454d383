// SPDX-License-Identifier: Apache-2.0
// README.md's first service, generated and run as it stands: only the port becomes a free one.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Server } from "petrel";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

const top = fileURLToPath(new URL("../../../", import.meta.url));
const readme = readFileSync(join(top, "README.md"), "utf8");
const statedAddress = "127.0.0.1:50051";
let folder: string;

beforeAll(async () => {
  mkdirSync(join(top, ".cache"), { recursive: true });
  folder = mkdtempSync(join(top, ".cache/readme-"));
  writeBlock("proto/user/v1/user.proto", blockOf("proto", "// proto/user/v1/user.proto"));
  writeBlock("buf.gen.yaml", blockOf("yaml", "# buf.gen.yaml"));
  writeBlock("buf.yaml", "version: v2\nmodules: [{ path: proto }]\n");
  const binaries = join(top, "node_modules/.bin");
  const env = { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH}` };
  await promisify(execFile)(join(binaries, "buf"), ["generate"], { cwd: folder, env, timeout: 60_000 });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the first service of README.md runs and prints what it should", async () => {
  const lines: unknown[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line) => lines.push(line));
  const serverCode = blockOf("ts", "// server.ts").replace(statedAddress, "127.0.0.1:0");
  const listening = serverCode.replace("await server.listen", "const address = await server.listen");
  const { server, port } = await run<{ server: Server; port: number }>(
    "server.ts",
    `${listening}\nexport { server };\nexport const { port } = address;\n`,
  );
  try {
    await run("client.ts", blockOf("ts", "// client.ts").replace(statedAddress, `127.0.0.1:${port}`));
  } finally {
    log.mockRestore();
    await server.shutdown({ graceMs: 0 });
  }
  expect(lines).toEqual(["Douglas Adams", "you said hello"]);
  expect(server.stats().calls.ended).toEqual({ OK: 2 });
});

test("README.md's commands are scripts of the repository", () => {
  const { scripts } = JSON.parse(readFileSync(join(top, "package.json"), "utf8")) as { scripts: object };
  const named = Array.from(readme.matchAll(/npm run\s([\w:]+)/g), (match) => match[1]);
  expect(named).toContain("quickstart");
  expect(named.filter((name) => !Object.hasOwn(scripts, name ?? ""))).toEqual([]);
});

test("the package's README.md shows the same code", () => {
  const blocks = readFileSync(join(top, "runtime/README.md"), "utf8").match(/^```ts\n[\s\S]*?^```$/gm) ?? [];
  expect(blocks).toHaveLength(2);
  expect(blocks.filter((block) => !readme.includes(block))).toEqual([]);
});

test.each(["README.md", "docs/architecture.md", "docs/extending.md", "docs/CONTRIBUTING.md"])(
  "%s links to files that are there",
  (path) => {
    const text = readFileSync(join(top, path), "utf8");
    const links = Array.from(text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g), (match) => match[1] as string);
    const broken = links.filter((link) => !isThere(join(top, dirname(path), link)));
    expect(broken).toEqual([]);
  },
);

/** The code block of a language whose first line starts so. */
function blockOf(language: string, firstLine: string): string {
  const blocks = Array.from(readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm));
  const block = blocks.find(([, name, code]) => name === language && code?.startsWith(firstLine));
  if (block?.[2] === undefined) throw new Error(`README.md has no ${language} block that starts with ${firstLine}`);
  return block[2];
}

function writeBlock(path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function run<T>(path: string, code: string): Promise<T> {
  writeBlock(path, code);
  return (await import(/* @vite-ignore */ join(folder, path))) as T;
}

function isThere(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EISDIR";
  }
}
