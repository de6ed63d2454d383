// SPDX-License-Identifier: Apache-2.0
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import type { ImportSymbol } from "@bufbuild/protoplugin";
import { isDeprecated } from "../comments.js";
import type { Emitter } from "../emitter.js";
import { serviceNames } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** One const per method, so that a bundle that calls one method holds one method. */
export function emitMethods(service: DescService, out: Emitter): void {
  for (const { method, constant } of serviceNames(service).methods) {
    const { factory, type } = shapes[method.methodKind];
    out.doc(`\`rpc ${method.name}\` of ${service.typeName}.${isDeprecated(method) ? "\n\n@deprecated" : ""}`);
    out.print(
      out.exported("const", constant),
      ": ",
      type,
      "<",
      out.shape(method.input),
      ", ",
      out.shape(method.output),
      ", ",
      out.companion(method.input, "init"),
      ", ",
      out.companion(method.output, "init"),
      ">",
    );
    out.print(
      "  = /*@__PURE__*/ ",
      factory,
      `("/${service.typeName}/${method.name}", `,
      out.companion(method.input, "codec"),
      ", ",
      out.companion(method.output, "codec"),
      idempotency(method),
      ");",
    );
    out.print();
  }
}

const shapes: Record<DescMethod["methodKind"], { readonly factory: ImportSymbol; readonly type: ImportSymbol }> = {
  unary: { factory: runtime.unary, type: runtime.UnaryMethod },
  server_streaming: { factory: runtime.serverStreaming, type: runtime.ServerStreamingMethod },
  client_streaming: { factory: runtime.clientStreaming, type: runtime.ClientStreamingMethod },
  bidi_streaming: { factory: runtime.bidiStreaming, type: runtime.BidiStreamingMethod },
};

function idempotency(method: DescMethod): string {
  switch (method.idempotency) {
    case MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS:
      return ', { idempotency: "noSideEffects" }';
    case MethodOptions_IdempotencyLevel.IDEMPOTENT:
      return ', { idempotency: "idempotent" }';
    default:
      return "";
  }
}
