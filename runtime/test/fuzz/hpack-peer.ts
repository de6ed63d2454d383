// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChecked } from "../../../scripts/child-process.js";

/** A field as name and value. */
export type Pair = readonly [name: string, value: string];

/** What a peer encodes, and blocks of ours that it decodes, both with a dynamic table of that size. */
export interface HpackStory {
  readonly tableBytes: number;
  readonly lists: readonly (readonly Pair[])[];
  readonly blocks: readonly string[];
}

/** The peer's blocks for the lists, and what it read in the blocks it was given. */
export interface HpackReading {
  readonly blocks: readonly string[];
  readonly lists: readonly (readonly Pair[])[];
}

/** Another implementation of HPACK. */
export interface HpackPeer {
  readonly name: string;
  /** Why it cannot run here, as a sentence; undefined when it can. */
  lacks(): string | undefined;
  tell(stories: readonly HpackStory[]): Promise<readonly HpackReading[]>;
}

const programs = fileURLToPath(new URL("peers/", import.meta.url));
const cache = fileURLToPath(new URL("../../../.cache/fuzz/", import.meta.url));
const pythonPackage = "hpack==4.2.0";
const timeoutMs = 180_000;
const lookTimeoutMs = 20_000;

/** golang.org/x/net/http2/hpack. */
export const goHpack: HpackPeer = {
  name: "Go's x/net",
  lacks: () => (has("go", ["version"]) ? undefined : "go is not installed."),
  async tell(stories) {
    // `go run` writes go.sum, which is no business of the work tree.
    const folder = join(cache, "go-hpack");
    cpSync(join(programs, "go-hpack"), folder, { recursive: true });
    const env = { ...process.env, GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local" };
    const input = JSON.stringify(stories);
    return answer(await runChecked("go", ["run", "."], { cwd: folder, env, input, timeoutMs }));
  },
};

/** The package hpack from PyPI. */
export const pythonHpack: HpackPeer = {
  name: "Python's hpack",
  lacks: () => (has("python3", ["-m", "venv", "-h"]) ? undefined : "python3 with venv is not installed."),
  async tell(stories) {
    const environment = join(cache, "python-hpack");
    const python = join(environment, "bin/python");
    if (!has(python, ["-c", "import hpack"])) {
      await runChecked("python3", ["-m", "venv", "--clear", environment], { timeoutMs });
      await runChecked(python, ["-m", "pip", "install", "--quiet", pythonPackage], { timeoutMs });
    }
    const input = JSON.stringify(stories);
    return answer(await runChecked(python, [join(programs, "python-hpack/main.py")], { input, timeoutMs }));
  },
};

function has(command: string, parameters: readonly string[]): boolean {
  if (command.includes("/") && !existsSync(command)) return false;
  return spawnSync(command, parameters, { stdio: "ignore", timeout: lookTimeoutMs }).status === 0;
}

const answer = (text: string): readonly HpackReading[] => JSON.parse(text);
