// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { generateWkt } from "../../scripts/generate-wkt.js";
import { requestFor, top } from "./support/compile.js";

test("petrel/wkt is what the plugin generates now (else: npm run generate)", async () => {
  const { protoFile } = await requestFor("testdata/proto", "google/rpc/");
  const rpcFiles = protoFile.filter((file) => /^google\/(rpc|protobuf)\//.test(file.name));
  const files = await generateWkt(
    toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: rpcFiles })),
  );
  expect(files.size).toBeGreaterThan(20);
  for (const [name, content] of files) {
    expect(await readFile(join(top, "runtime/src", name), "utf8"), name).toBe(content);
  }
});
