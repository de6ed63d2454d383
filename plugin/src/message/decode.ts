// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import { emitDecodeBody, emitDecodeConstants } from "../codec/decode.js";
import { isStraightLine } from "../codec/kind.js";
import type { Emitter } from "../emitter.js";
import { messageNames } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** `export function decodeUser`: reads a message up to `end`, into a given one or a new one. */
export function emitDecode(message: DescMessage, out: Emitter): void {
  const shape = out.shape(message);
  const straight = isStraightLine(message, out.codec);
  if (straight) emitDecodeConstants(message, out);
  out.doc(`Reads ${message.typeName} up to \`end\`, into \`into\` when given.`);
  out.print(
    out.exported("function", messageNames(message).decode),
    "(reader: ",
    runtime.Reader,
    ", end: number, into?: ",
    shape,
    "): ",
    shape,
    " {",
  );
  if (straight) emitDecodeBody(message, out);
  else out.print("  return ", runtime.decodeWithSchema, "(", out.descriptor(message), ", reader, end, into);");
  out.print("}");
  out.print();
}
