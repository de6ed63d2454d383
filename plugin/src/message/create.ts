// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import type { Emitter } from "../emitter.js";
import { messageNames } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** `export function createUser`: a complete message from a partial one. */
export function emitCreate(message: DescMessage, out: Emitter): void {
  const shape = out.shape(message);
  out.doc(`Creates ${message.typeName}; what \`init\` leaves out has its default.`);
  out.print(
    out.exported("function", messageNames(message).create),
    "(init?: ",
    out.companion(message, "init"),
    "): ",
    shape,
    " {",
  );
  out.print("  return ", runtime.create, "(", out.descriptor(message), ", init as ", shape, " | undefined);");
  out.print("}");
  out.print();
}
