// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import { pathInFileDesc } from "@bufbuild/protobuf/codegenv2";
import { isDeprecated } from "../comments.js";
import type { Emitter } from "../emitter.js";
import { descriptorName } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** `export const UserSchema`: the descriptor that protobuf-es works on. */
export function emitSchema(message: DescMessage, out: Emitter): void {
  out.doc(
    `Describes the message ${message.typeName}, for \`@bufbuild/protobuf\`.${isDeprecated(message) ? "\n\n@deprecated" : ""}`,
  );
  out.print(
    out.exported("const", descriptorName(message)),
    ": ",
    runtime.GenMessage,
    "<",
    out.shape(message),
    "> = /*@__PURE__*/ ",
    runtime.messageDesc,
    "(",
    out.fileDescriptor(message.file),
    `, ${pathInFileDesc(message).join(", ")});`,
  );
  out.print();
}
