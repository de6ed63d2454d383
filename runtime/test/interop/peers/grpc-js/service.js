// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const protoFolder = fileURLToPath(new URL("../../../../../testdata/proto", import.meta.url));

/** The package grpc.testing, loaded from the repository's copy of gRPC's interop protos. */
export const testing = grpc.loadPackageDefinition(
  loadSync("grpc/testing/test.proto", { includeDirs: [protoFolder], defaults: true, keepCase: true }),
).grpc.testing;

export const initialMetadataName = "x-grpc-test-echo-initial";
export const trailingMetadataName = "x-grpc-test-echo-trailing-bin";

/** Reads --name=value flags over `defaults`; an unknown one throws. */
export function readFlags(defaults) {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: "string" }]));
  return { ...defaults, ...parseArgs({ options }).values };
}
