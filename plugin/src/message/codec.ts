// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import type { Emitter } from "../emitter.js";
import { messageNames } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** `export const UserCodec`: the pair of functions that calls are made with. */
export function emitCodec(message: DescMessage, out: Emitter): void {
  const names = messageNames(message);
  out.doc(`Reads and writes ${message.typeName}.`);
  out.print(
    out.exported("const", names.codec),
    ": ",
    runtime.MessageCodec,
    "<",
    out.shape(message),
    ", ",
    out.companion(message, "init"),
    "> = /*@__PURE__*/ ",
    runtime.messageCodec,
    `("${message.typeName}", ${names.encode}, ${names.decode});`,
  );
  out.print();
}
