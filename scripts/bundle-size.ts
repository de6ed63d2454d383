// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bundle-size [-- --update]`: what Petrel adds to a bundle, minified by esbuild and gzipped, against its bounds and
 * against the table in docs/bundle-size.md, which `--update` writes. Fails when a bound is broken or the table is not
 * what is measured.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bundle, bundle } from "./bundle-size-bundle.js";
import { committedFigures, formatDocument, type Row } from "./bundle-size-table.js";
import { buildPackages, repository, runChecked } from "./child-process.js";

const folder = join(repository, ".cache/bundle-size");
const document = join(repository, "docs/bundle-size.md");
const runtimeMaxBytes = 5_000;
const messageMaxBytes = 250;
// Compressors of other Node versions differ by a few bytes, and not every line of the client is worth a new table.
const toleratedBytes = 100;
const toleratedShare = 0.02;

const payloads = "./gen/bench/codec/v1/payloads_pb.js";
const catalog = "./gen/catalog/v1/catalog_grpc.js";
const codecs = [
  "User",
  "Price",
  "Line",
  "Place",
  "CardPayment",
  "DebitPayment",
  "Step",
  "Order",
  "Numbers",
  "Chunk",
  "Article",
].map((name) => `${name}Codec`);

let passed = 0;
let failed = 0;
await buildPackages();
await generate();

const rows: Row[] = [];
for (const platform of ["browser", "node"] as const) {
  const one = await bundle(folder, platform, useCodecs(["UserCodec"]));
  addRow(`one message, ${platform}`, one, runtimeMaxBytes + messageMaxBytes);
  // What an Order holds, google.protobuf.Timestamp among it.
  addRow(`nine messages, ${platform}`, await bundle(folder, platform, useCodecs(["OrderCodec"])));
  const all = await bundle(folder, platform, useCodecs(codecs));
  addRow(`twelve messages, ${platform}`, all);
  const runtime = await bundle(folder, platform, await useRuntimeOf(codecs));
  addRow(`the runtime that twelve messages use, ${platform}`, runtime);
  const perMessage = Math.round((all.gzipBytes - runtime.gzipBytes) / 12);
  check(
    `${platform}: ${perMessage} B gz for each of twelve messages, at most ${messageMaxBytes}`,
    perMessage <= messageMaxBytes,
  );
  console.log(`${platform}: ${perMessage} B gz for each of twelve messages`);
  check(`${platform}: one codec brings no other of its file`, !one.text.includes("bench.codec.v1.Order"));
  check(`${platform}: codecs bring no descriptor and nothing of protobuf-es`, isPlain(all));
}
const unused = await bundle(
  folder,
  "browser",
  `import ${JSON.stringify(payloads)}; import ${JSON.stringify(catalog)};`,
);
addRow("generated files, nothing used", unused, 0);
const client = await bundle(
  folder,
  "node",
  `import { createChannel } from "petrel"; import { CatalogServiceClient } from ${JSON.stringify(catalog)};
  await using channel = createChannel("localhost:50051");
  console.log(await new CatalogServiceClient(channel).getProduct({ sku: "a" }));`,
);
addRow("client, one unary method, node", client);
check("the client brings no descriptor and nothing of protobuf-es", isPlain(client));
const protobufEs = await bundle(
  folder,
  "browser",
  `import { fromBinary, toBinary } from "@bufbuild/protobuf"; import { UserSchema } from ${JSON.stringify(payloads)};
  export const use = (bytes) => toBinary(UserSchema, fromBinary(UserSchema, bytes));`,
);
addRow("for comparison: one message, protobuf-es", protobufEs);

await compareTable();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function generate(): Promise<void> {
  await rm(join(folder, "gen"), { recursive: true, force: true });
  const protos = ["bench/codec/proto", "examples/unary/proto"];
  const plugin = { local: ["node", "plugin/bin/protoc-gen-petrel"], out: join(folder, "gen"), opt: "target=js" };
  const inputs = protos.map((directory) => ({ directory }));
  await runChecked("npx", [
    "buf",
    "generate",
    "--template",
    JSON.stringify({ version: "v2", inputs, plugins: [plugin] }),
  ]);
}

/** Every codec encodes and decodes. */
function useCodecs(codecs: readonly string[]): string {
  return `import { fromBytes, toBytes } from "petrel"; import { ${codecs.join(", ")} } from ${JSON.stringify(payloads)};
  export const use = (bytes) => [${codecs.join(", ")}].map((codec) => toBytes(codec, fromBytes(codec, bytes)));`;
}

/** What generated codecs import of the runtime, without them. */
async function useRuntimeOf(codecs: readonly string[]): Promise<string> {
  const { text } = await bundle(folder, "browser", useCodecs(codecs), ["petrel", "petrel/*"]);
  const imported = /import\{([^}]+)\}from"petrel\/codegen"/.exec(text)?.[1] ?? "";
  const names = imported.split(",").map((each) => each.split(" as ")[0]);
  if (names.length < 10) throw new Error(`generated codecs import no more of petrel/codegen than ${imported}`);
  return `export { fromBytes, toBytes } from "petrel"; export { ${names.join(", ")} } from "petrel/codegen";`;
}

/** Neither a file's descriptor, which is a long base64 text, nor code of protobuf-es. */
function isPlain({ text, inputs }: Bundle): boolean {
  return !/"[A-Za-z0-9+/]{200,}"/.test(text) && !inputs.some((path) => path.includes("@bufbuild/protobuf"));
}

function addRow(name: string, { text, gzipBytes }: Bundle, maxGzipBytes?: number): void {
  rows.push({ name, minBytes: Buffer.byteLength(text), gzipBytes, maxGzipBytes });
  console.log(`${name}: ${Buffer.byteLength(text)} B min, ${gzipBytes} B gz`);
  if (maxGzipBytes !== undefined)
    check(`${name}: ${gzipBytes} B gz, at most ${maxGzipBytes}`, gzipBytes <= maxGzipBytes);
}

async function compareTable(): Promise<void> {
  if (process.argv.includes("--update")) await writeFile(document, formatDocument(rows));
  const committed = committedFigures(await readFile(document, "utf8"));
  for (const { name, minBytes, gzipBytes } of rows) {
    const figures = committed.get(name);
    const isSame = figures !== undefined && isNear(figures.minBytes, minBytes) && isNear(figures.gzipBytes, gzipBytes);
    check(`docs/bundle-size.md has ${name} as measured; npm run bundle-size -- --update writes it`, isSame);
  }
  check("docs/bundle-size.md has no other rows", committed.size === rows.length);
}

function isNear(committed: number, measured: number): boolean {
  return Math.abs(committed - measured) <= Math.max(toleratedBytes, measured * toleratedShare);
}

function check(fact: string, holds: boolean): void {
  if (holds) passed++;
  else {
    failed++;
    console.log(`FAILED ${fact}`);
  }
}
