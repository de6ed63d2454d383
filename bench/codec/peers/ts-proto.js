// SPDX-License-Identifier: Apache-2.0

const generated = await import("../gen/ts-proto/bench/codec/v1/payloads.js");

export function operations(type, bytes) {
  const message = generated[type].decode(bytes);
  return {
    encode: () => generated[type].encode(message).finish(),
    decode: () => generated[type].decode(bytes),
  };
}
