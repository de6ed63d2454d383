// SPDX-License-Identifier: Apache-2.0
import { Buffer } from "node:buffer";
import { fromBinary, toJson } from "@bufbuild/protobuf";

const generated = await import("../gen/protobuf-es/bench/codec/v1/payloads_pb.js");

/** JSON of the same data to UTF-8 and back; numbers of 64 bits and bytes are strings already. */
export function operations(type, bytes) {
  const schema = generated[`${type}Schema`];
  const value = toJson(schema, fromBinary(schema, bytes));
  const text = Buffer.from(JSON.stringify(value));
  return {
    encode: () => Buffer.from(JSON.stringify(value)),
    decode: () => JSON.parse(text.toString("utf8")),
  };
}
