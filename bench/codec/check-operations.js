// SPDX-License-Identifier: Apache-2.0
import { equals, fromBinary } from "@bufbuild/protobuf";

/** Throws unless what a peer encodes is the message that it was given. */
export function checkOperations(name, schema, bytes, { frame, encode, decode }) {
  const expected = fromBinary(schema, bytes);
  const encoded = encode();
  // By its content: encoders differ in the order of maps and in writing a zero inside them.
  if (!equals(schema, fromBinary(schema, encoded), expected)) {
    throw new Error(`${name}: ${encoded.length} bytes that are not the ${bytes.length} of the message`);
  }
  if (typeof decode() !== "object") throw new Error(`${name}: decode gives no message`);
  if (frame === undefined) return;
  const end = frame();
  const length = typeof end === "number" ? end - 14 : end.reduce((sum, segment) => sum + segment.length, 0);
  if (length !== bytes.length) throw new Error(`${name}: ${length} bytes in the frame, expected ${bytes.length}`);
}
