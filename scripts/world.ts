// SPDX-License-Identifier: Apache-2.0
// `npm run world`: generates code from every .proto of two large npm packages whose imports exist, type-checks it under
// `strict`, and measures whether generation time grows with its input. Downloads into .cache/world; not part of `npm test`.
import { execFile } from "node:child_process";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  CodeGeneratorRequestSchema,
  type CodeGeneratorResponse,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { plugin } from "../plugin/src/plugin.js";
import { buildImage, collectProtos, installWorld, world, worldSets } from "./world-protos.js";

const run = promisify(execFile);
const top = fileURLToPath(new URL("..", import.meta.url));
const filesPerCheck = 700;
const sizes = [500, 1000, 2000, 4000];
const maxGrowth = 2;

await installWorld();
let errors = 0;
for (const { name, roots } of worldSets) {
  const protos = await collectProtos(roots.map((root) => join(world, root)));
  console.log(`${name}: ${protos.files.size} of ${protos.found} .proto files have all their imports`);
  const image = await buildImage(join(world, "modules", name), protos.files, join(top, "node_modules/.bin/buf"));
  for (const complaint of image.refused) console.log(`left out, buf says: ${complaint}`);
  if (image.files.length >= 4000) errors += measureGrowth(image.files);
  // As users run it: the well-known types come from the packages, unless the world brings its own.
  const wanted = image.files.map((file) => file.name).filter((name) => protos.files.has(name));
  const started = performance.now();
  const response = generate(image.files, wanted);
  const seconds = (performance.now() - started) / 1000;
  errors += report(name, response, wanted.length, seconds);
  errors += await typeCheck(name, response);
}
console.log(errors === 0 ? "the world compiles" : `${errors} errors`);
process.exitCode = errors === 0 ? 0 : 1;

function generate(files: readonly FileDescriptorProto[], wanted: string[] = files.map((file) => file.name)) {
  return plugin.run(create(CodeGeneratorRequestSchema, { fileToGenerate: wanted, protoFile: [...files] }));
}

function report(name: string, response: CodeGeneratorResponse, count: number, seconds: number): number {
  if (response.error !== "") {
    console.error(`${name}: ${response.error}`);
    return 1;
  }
  const megabytes = response.file.reduce((sum, file) => sum + file.content.length, 0) / 1e6;
  console.log(
    `${name}: ${count} files in, ${response.file.length} files out (${megabytes.toFixed(1)} MB) in ${seconds.toFixed(1)} s`,
  );
  return 0;
}

async function typeCheck(name: string, response: CodeGeneratorResponse): Promise<number> {
  const folder = join(world, "gen", name);
  await rm(folder, { recursive: true, force: true });
  for (const { name: path, content } of response.file) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  // Resolved from the generated code upwards: our own protobuf-es, not one that a package there brings.
  await mkdir(join(folder, "node_modules"));
  await symlink(join(top, "node_modules/@bufbuild"), join(folder, "node_modules/@bufbuild"));
  const paths = response.file.map((file) => file.name).sort();
  let errors = 0;
  for (let start = 0; start < paths.length; start += filesPerCheck) {
    const batch = paths.slice(start, start + filesPerCheck);
    errors += await checkBatch(folder, batch, `${name} ${start + 1}-${start + batch.length} of ${paths.length}`);
  }
  return errors;
}

async function checkBatch(folder: string, batch: readonly string[], title: string): Promise<number> {
  const config = join(folder, "tsconfig.json");
  const runtime = join(top, "runtime/src");
  await writeFile(
    config,
    JSON.stringify({
      compilerOptions: {
        target: "ES2022",
        module: "NodeNext",
        moduleResolution: "NodeNext",
        lib: ["ES2022"],
        types: [],
        strict: true,
        erasableSyntaxOnly: true,
        verbatimModuleSyntax: true,
        isolatedModules: true,
        skipLibCheck: true,
        noEmit: true,
        paths: { "petrel/*": [`${runtime}/*.ts`] },
      },
      files: [...batch, join(runtime, "globals.d.ts")],
    }),
  );
  const started = performance.now();
  const { failures, output } = await run(join(top, "node_modules/.bin/tsc"), ["-p", config], {
    maxBuffer: 1 << 28,
  }).then(
    () => ({ failures: 0, output: "" }),
    (reason: { stdout?: string }) => {
      const output = reason.stdout ?? String(reason);
      return { failures: Math.max(1, output.match(/error TS/g)?.length ?? 0), output };
    },
  );
  console.log(`${title}: ${failures} errors, ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (failures > 0) console.error(output.split("\n").slice(0, 20).join("\n"));
  return failures;
}

/**
 * Processor time of generation at growing sizes. Linear: the time per megabyte of descriptors stays the same; more than twice the first
 * is an error. protoc-gen-es takes 2 s for 2,000 files and 218 s for 4,000: for every reference it settles all names of the
 * referenced file anew, for every element it walks through all comments of its file, and the fourth thousand holds
 * compute.proto with 60,000 of them.
 */
function measureGrowth(image: readonly FileDescriptorProto[]): number {
  generate(image.slice(0, 200));
  console.log(`generation time on ${cpus()[0]?.model ?? "an unknown processor"}, Node ${process.versions.node}`);
  let first: number | undefined;
  let growth = 1;
  for (const size of sizes) {
    const files = image.slice(0, size);
    const megabytes = files.reduce((sum, file) => sum + toBinary(FileDescriptorProtoSchema, file).length, 0) / 1e6;
    const before = process.cpuUsage();
    generate(files);
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1000;
    first ??= ms / megabytes;
    const perMegabyte = ms / megabytes;
    growth = perMegabyte / first;
    console.log(
      `${String(size).padStart(5)} files, ${megabytes.toFixed(1).padStart(5)} MB: ${ms.toFixed(0).padStart(6)} ms, ${perMegabyte.toFixed(0)} ms per MB, ${growth.toFixed(2)} of the first`,
    );
  }
  return growth > maxGrowth ? 1 : 0;
}
