// SPDX-License-Identifier: Apache-2.0
import { Buffer } from "node:buffer";
import { bench } from "../gen/protobufjs/payloads.js";

const generated = bench.codec.v1;

export function operations(type, bytes) {
  const message = generated[type].decode(bytes);
  flatten(message);
  return {
    encode: () => generated[type].encode(message).finish(),
    decode: () => generated[type].decode(bytes),
  };
}

/** Its decoder leaves strings of many parts, which encode more slowly than those that a program writes. */
function flatten(value) {
  for (const [key, part] of Object.entries(value)) {
    if (typeof part === "string") value[key] = Buffer.from(part).toString();
    else if (typeof part === "object" && part !== null && !ArrayBuffer.isView(part)) flatten(part);
  }
}
