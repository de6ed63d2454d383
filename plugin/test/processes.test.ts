// SPDX-License-Identifier: Apache-2.0
// The plugin as users run it: built, and started by buf and by protoc.
import { execFile, spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { binary, top, withTemporaryFolder } from "./support/compile.js";

const run = promisify(execFile);
const launcher = join(top, "plugin/bin/protoc-gen-petrel");
const golden = join(top, "testdata/golden/default");
const hasProtoc = spawnSync("protoc", ["--version"]).status === 0;

interface Failure {
  readonly code: number;
  readonly stderr: string;
}
const failureOf = (running: Promise<unknown>): Promise<Failure> =>
  running.then(
    () => ({ code: 0, stderr: "" }),
    (reason: Failure) => ({ code: reason.code, stderr: reason.stderr }),
  );

beforeAll(async () => {
  await run(binary("tsc"), ["-p", "plugin"], { cwd: top });
});

test("--version prints name and version", async () => {
  const { stdout } = await run(launcher, ["--version"]);
  expect(stdout).toMatch(/^protoc-gen-petrel v\d+\.\d+\.\d+\n$/);
});

describe("buf generate", () => {
  const generate = (folder: string, options: string[], path = "testdata/proto/petrel/test") => {
    const plugins = [{ local: ["node", launcher], out: folder, opt: options }];
    const template = JSON.stringify({ version: "v2", plugins });
    return run(binary("buf"), ["generate", "testdata/proto", "--path", path, "--template", template], { cwd: top });
  };

  test("writes the goldens, editions 2023 and 2024 among them", async () => {
    await withTemporaryFolder(async (folder) => {
      await generate(folder, []);
      await expectGoldens(folder);
    });
  });

  test("shows the sentence of a bad option and fails", async () => {
    await withTemporaryFolder(async (folder) => {
      const { code, stderr } = await failureOf(generate(folder, ["import_extension=mjs"]));
      expect(code).not.toBe(0);
      expect(stderr).toContain('option import_extension must be js, ts or none, got "mjs"');
      expect(await readdir(folder)).toEqual([]);
    });
  });
});

// protoc 3.21, Debian's, knows no editions: those files are left to buf.
describe.skipIf(!hasProtoc)(
  `protoc${hasProtoc ? "" : " (skipped: no protoc here, apt-get install protobuf-compiler)"}`,
  () => {
    const protoc = (folder: string, args: string[]) =>
      run("protoc", [`--plugin=protoc-gen-petrel=${launcher}`, `--petrel_out=${folder}`, ...args], { cwd: top });

    test("writes the goldens of proto2 and proto3", async () => {
      const protos = (await readdir(join(top, "testdata/proto/petrel/test"))).filter(
        (name) => !name.startsWith("editions"),
      );
      await withTemporaryFolder(async (folder) => {
        await protoc(folder, ["-Itestdata/proto", ...protos.map((name) => `petrel/test/${name}`)]);
        await expectGoldens(
          folder,
          protos.map((name) => name.replace(".proto", "")),
        );
      });
    });

    test("--petrel_opt reaches the plugin, and an error of it is protoc's", async () => {
      await withTemporaryFolder(async (folder) => {
        const running = protoc(folder, ["-Itestdata/proto", "--petrel_opt=target=rust", "petrel/test/user.proto"]);
        const { code, stderr } = await failureOf(running);
        expect(code).toBe(1);
        expect(stderr).toContain(
          '--petrel_out: option target must be ts, js, dts or several joined by "+" (js+dts), got "rust"',
        );
      });
    });

    test("a clash of names is protoc's error", async () => {
      await withTemporaryFolder(async (folder) => {
        await writeFile(
          join(folder, "a.proto"),
          'syntax = "proto2"; message M { optional int32 foo_bar = 1; optional int32 foo__bar = 2 [json_name = "x"]; }',
        );
        const { code, stderr } = await failureOf(protoc(folder, [`-I${folder}`, "a.proto"]));
        expect(code).toBe(1);
        expect(stderr).toContain('"foo_bar" and "foo__bar" of message M are both fooBar in TypeScript, rename one');
      });
    });
  },
);

async function expectGoldens(folder: string, only?: readonly string[]): Promise<void> {
  const names = (await readdir(join(golden, "petrel/test"))).filter(
    (name) => only === undefined || only.includes(name.replace(/_(pb|grpc)\.ts$/, "")),
  );
  expect((await readdir(join(folder, "petrel/test"))).sort()).toEqual(names.sort());
  for (const name of names) {
    const path = join("petrel/test", name);
    expect(await readFile(join(folder, path), "utf8"), path).toBe(await readFile(join(golden, path), "utf8"));
  }
}
