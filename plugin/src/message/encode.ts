// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import { emitEncodeBody } from "../codec/encode.js";
import { isStraightLine } from "../codec/kind.js";
import type { Emitter } from "../emitter.js";
import { messageNames } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** `export function encodeUser`: writes a message at a position of a buffer. */
export function emitEncode(message: DescMessage, out: Emitter): void {
  out.doc(`Writes ${message.typeName} at \`position\` and returns the position behind it.`);
  out.print(
    out.exported("function", messageNames(message).encode),
    "(buffer: Uint8Array, message: ",
    out.companion(message, "init"),
    ", position: number): number {",
  );
  if (isStraightLine(message, out.codec)) emitEncodeBody(message, out);
  else emitEncodeWithSchema(message, out);
  out.print("}");
  out.print();
}

function emitEncodeWithSchema(message: DescMessage, out: Emitter): void {
  out.print(
    "  return ",
    runtime.encodeWithSchema,
    "(",
    out.descriptor(message),
    ", buffer, message as ",
    out.shape(message),
    ", position);",
  );
}
