// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import { emitBlank } from "../codec/blank.js";
import { emitCreateBody } from "../codec/create.js";
import { isStraightLine } from "../codec/kind.js";
import type { Emitter } from "../emitter.js";
import { messageNames } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** `export function createUser`: a complete message from a partial one. */
export function emitCreate(message: DescMessage, out: Emitter): void {
  const shape = out.shape(message);
  const straight = isStraightLine(message, out.codec);
  if (straight) emitBlank(message, out);
  out.doc(`Creates ${message.typeName}; what \`init\` leaves out has its default.`);
  out.print(
    out.exported("function", messageNames(message).create),
    "(init?: ",
    out.companion(message, "init"),
    "): ",
    shape,
    " {",
  );
  if (straight) emitCreateBody(message, out);
  else out.print("  return ", runtime.create, "(", out.descriptor(message), ", init as ", shape, " | undefined);");
  out.print("}");
  out.print();
}
