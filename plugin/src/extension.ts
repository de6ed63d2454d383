// SPDX-License-Identifier: Apache-2.0
import type { DescExtension } from "@bufbuild/protobuf";
import { pathInFileDesc } from "@bufbuild/protobuf/codegenv2";
import { getDeclarationString } from "@bufbuild/protoplugin";
import { commentOf, isDeprecated } from "./comments.js";
import type { Emitter } from "./emitter.js";
import { extensionType } from "./field.js";
import { describe } from "./message/interface.js";
import { descriptorName } from "./names.js";
import { runtime } from "./runtime-imports.js";

/** `export const nickname`: an extension's descriptor, for `getExtension` and `setExtension` of protobuf-es. */
export function emitExtension(extension: DescExtension, out: Emitter): void {
  const declaration = `extend ${extension.extendee.typeName} { ${getDeclarationString(extension)} }`;
  out.doc(describe(commentOf(extension), declaration, isDeprecated(extension)));
  out.print(
    out.exported("const", descriptorName(extension)),
    ": ",
    runtime.GenExtension,
    "<",
    out.shape(extension.extendee),
    ", ",
    extensionType(extension, out),
    "> = /*@__PURE__*/ ",
    runtime.extDesc,
    "(",
    out.fileDescriptor(extension.file),
    `, ${pathInFileDesc(extension).join(", ")});`,
  );
  out.print();
}
