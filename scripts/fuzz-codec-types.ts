// SPDX-License-Identifier: Apache-2.0
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { wktPublicImportPaths } from "@bufbuild/protobuf/codegenv2";
import { type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type LoadedTypes, loadMessageTypes } from "../runtime/test/conformance-protobuf/message-types.js";
import { repository, runChecked } from "./child-process.js";
import { generateCodecs } from "./conformance-protobuf-codecs.js";
import { conformanceProtos } from "./conformance-protobuf-runner.js";
import { buildImage, collectProtos, installWorld, world, worldSets } from "./world-protos.js";

/** What is fuzzed: the generated types, and all their files for a peer that builds its own. */
export interface FuzzedTypes extends LoadedTypes {
  readonly descriptors: Uint8Array;
}

/** How often each type is tried, relative to the others: every syntax, each feature that changes the bytes, and Envoy's. */
export const fuzzedTypes: Readonly<Record<string, number>> = {
  "protobuf_test_messages.proto2.TestAllTypesProto2": 6,
  "protobuf_test_messages.proto3.TestAllTypesProto3": 6,
  "protobuf_test_messages.editions.TestAllTypesEdition2023": 6,
  "protobuf_test_messages.editions.proto2.TestAllTypesProto2": 2,
  "protobuf_test_messages.editions.proto3.TestAllTypesProto3": 2,
  "petrel.fuzz.proto2.Everything": 10,
  "petrel.fuzz.proto3.Everything": 10,
  "petrel.fuzz.editions.Everything": 10,
  "petrel.fuzz.editions2024.Everything": 4,
  "envoy.config.cluster.v3.Cluster": 2,
  "envoy.config.endpoint.v3.ClusterLoadAssignment": 2,
  "envoy.config.listener.v3.Listener": 2,
  "envoy.config.route.v3.RouteConfiguration": 3,
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager": 2,
  "envoy.service.discovery.v3.DiscoveryResponse": 2,
};

const folder = join(repository, ".cache/fuzz/codec");
const buf = join(repository, "node_modules/.bin/buf");
const wellKnown: ReadonlySet<string> = new Set(Object.keys(wktPublicImportPaths));

/** Generates the codecs with our plugin and loads them. Installs what the protos come from once. */
export async function loadFuzzedTypes(): Promise<FuzzedTypes> {
  await mkdir(folder, { recursive: true });
  const files = new Map<string, FileDescriptorProto>();
  const sources = [
    await compile(await conformanceProtos(), "conformance"),
    await compile(join(repository, "testdata/fuzz/codec"), "own"),
    await compileEnvoy(),
  ];
  for (const file of sources.flat()) if (!files.has(file.name)) files.set(file.name, file);
  const needed = closure(files, Object.keys(fuzzedTypes));
  const wanted = needed.map(({ name }) => name).filter((name) => !wellKnown.has(name));
  const modules = await generateCodecs(needed, wanted, join(folder, "gen"));
  const descriptors = toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [...needed] }));
  return { ...(await loadMessageTypes(modules)), descriptors };
}

async function compile(path: string, name: string): Promise<readonly FileDescriptorProto[]> {
  const image = join(folder, `${name}.binpb`);
  await runChecked(buf, ["build", path, "--as-file-descriptor-set", "-o", image]);
  return fromBinary(FileDescriptorSetSchema, await readFile(image)).file;
}

async function compileEnvoy(): Promise<readonly FileDescriptorProto[]> {
  await installWorld();
  const [{ name, roots }] = worldSets;
  const protos = await collectProtos(roots.map((root) => join(world, root)));
  return (await buildImage(join(folder, name), protos.files, buf)).files;
}

/** The files that declare the types, and what they import, imports first. */
function closure(
  files: ReadonlyMap<string, FileDescriptorProto>,
  typeNames: readonly string[],
): readonly FileDescriptorProto[] {
  const needed = new Set<FileDescriptorProto>();
  const add = (file: FileDescriptorProto | undefined): void => {
    if (file === undefined || needed.has(file)) return;
    for (const path of file.dependency) add(files.get(path));
    needed.add(file);
  };
  for (const typeName of typeNames) {
    const file = [...files.values()].find(({ package: prefix, messageType }) =>
      messageType.some(({ name }) => `${prefix}.${name}` === typeName),
    );
    if (file === undefined) throw new Error(`no .proto declares ${typeName}`);
    add(file);
  }
  return [...needed];
}
