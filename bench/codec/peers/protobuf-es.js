// SPDX-License-Identifier: Apache-2.0
import { fromBinary, toBinary } from "@bufbuild/protobuf";

const generated = await import("../gen/protobuf-es/bench/codec/v1/payloads_pb.js");

export function operations(type, bytes) {
  const schema = generated[`${type}Schema`];
  const message = fromBinary(schema, bytes);
  return {
    encode: () => toBinary(schema, message),
    decode: () => fromBinary(schema, bytes),
  };
}
