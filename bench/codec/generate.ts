// SPDX-License-Identifier: Apache-2.0
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { transform } from "esbuild";
import { buildPackages, runChecked } from "../../scripts/child-process.js";
import { bench, installPeers } from "../contender.js";

const folder = join(bench, "codec");
const protos = join(folder, "proto");
const generated = join(folder, "gen");

/** Generates the code of payloads.proto for Petrel and every peer, JavaScript that each runtime takes, into codec/gen. */
export async function generatePayloads(): Promise<void> {
  await installPeers();
  await buildPackages();
  await runChecked("npx", ["buf", "generate", "--template", "bench/codec/buf.gen.yaml"]);
  await transpile(join(generated, "ts-proto"));
  await generateProtobufjs();
}

/** ts-proto writes TypeScript alone, with enums that Node does not erase. */
async function transpile(root: string): Promise<void> {
  for (const name of await readdir(root, { recursive: true })) {
    if (!name.endsWith(".ts")) continue;
    const source = await readFile(join(root, name), "utf8");
    const { code } = await transform(source, { loader: "ts", target: "es2022" });
    await writeFile(join(root, name.replace(/\.ts$/, ".js")), code);
    await rm(join(root, name));
  }
}

async function generateProtobufjs(): Promise<void> {
  await mkdir(join(generated, "protobufjs"), { recursive: true });
  await runChecked(join(bench, "node_modules/.bin/pbjs"), [
    ...["--target", "static-module", "--wrap", "esm", "--no-verify", "--no-delimited", "--no-convert"],
    ...["--path", protos, "--out", join(generated, "protobufjs/payloads.js")],
    join(protos, "bench/codec/v1/payloads.proto"),
  ]);
}
