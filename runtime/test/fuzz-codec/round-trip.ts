// SPDX-License-Identifier: Apache-2.0
import { create, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { fromBytes, toBytes } from "petrel";
import { must } from "../fuzz/fuzz-part.js";
import type { Random } from "../support/random.js";
import { randomMessage } from "./random-message.js";
import { isSameMessage, messageDifference } from "./same-message.js";
import type { Subject } from "./subject.js";
import { bytesDifference, hex, isSameBytes } from "./trial.js";

/**
 * Makes a random valid message and checks that the generated codec writes the very bytes that protobuf-es writes, also
 * from a plain init, that it completes an init and reads the bytes as protobuf-es does. Returns the bytes, and those after decoding and encoding.
 */
export function checkRoundTrip(
  subject: Subject,
  random: Random,
): { readonly bytes: Uint8Array; readonly again: Uint8Array } {
  const { codec, schema, extensions } = subject;
  const message = randomMessage(schema, random, extensions);
  const bytes = toBytes(codec, message);
  const expected = toBinary(schema, message);
  must(isSameBytes(bytes, expected), () => `${bytesDifference(bytes, expected)} as protobuf-es`);
  const init = withoutTypeNames(message);
  const fromInit = toBytes(codec, init as Message);
  must(isSameBytes(fromInit, bytes), () => `for an init, ${bytesDifference(fromInit, bytes)}`);
  const created = subject.create(init as object);
  const completed = create(schema, withoutTypeNames(message) as Record<string, unknown>);
  must(isSameMessage(created, completed), () => `created ${messageDifference(created, completed)} as protobuf-es`);
  const decoded = fromBytes(codec, bytes);
  const read = fromBinary(schema, bytes);
  must(isSameMessage(decoded, read), () => `read ${hex(bytes)} as ${messageDifference(decoded, read)}`);
  const again = toBytes(codec, decoded);
  return { bytes, again };
}

/** The message as a user would write it down: plain objects that do not say their type. What has unknown fields was received. */
function withoutTypeNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTypeNames);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const plain = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key === "$typeName" && !("$unknown" in value)) continue;
    const descriptor = { value: withoutTypeNames(inner), enumerable: true, configurable: true, writable: true };
    Object.defineProperty(plain, key, descriptor);
  }
  return plain;
}
