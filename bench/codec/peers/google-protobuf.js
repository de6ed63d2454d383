// SPDX-License-Identifier: Apache-2.0
import generated from "./google-protobuf/gen/payloads_pb.cjs";

export function operations(type, bytes) {
  const message = generated[type].deserializeBinary(bytes);
  return {
    encode: () => message.serializeBinary(),
    decode: () => generated[type].deserializeBinary(bytes),
  };
}
