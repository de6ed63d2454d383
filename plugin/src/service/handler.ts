// SPDX-License-Identifier: Apache-2.0
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { commentOf, isDeprecated } from "../comments.js";
import type { Emitter } from "../emitter.js";
import { serviceNames } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** `export interface UserServiceHandlers`: what a server implements, every method required. */
export function emitHandlers(service: DescService, out: Emitter): void {
  const { handlers, methods } = serviceNames(service);
  out.doc(`What a server of ${service.typeName} implements.${isDeprecated(service) ? "\n\n@deprecated" : ""}`);
  out.print(out.exported("interface", handlers), methods.length === 0 ? " {}" : " {");
  for (const [i, { method, local }] of methods.entries()) {
    const doc = [commentOf(method), isDeprecated(method) ? "@deprecated" : ""].filter(Boolean).join("\n\n");
    if (i > 0 && doc !== "") out.print();
    out.doc(doc, "  ");
    emitMethod(method, local, out);
  }
  if (methods.length > 0) out.print("}");
  out.print();
}

function emitMethod(method: DescMethod, local: string, out: Emitter): void {
  const request = out.shape(method.input);
  const reply = out.companion(method.output, "init");
  const argument =
    method.methodKind === "unary" || method.methodKind === "server_streaming"
      ? ["request: ", request]
      : ["requests: ", out.global("AsyncIterable"), "<", request, ">"];
  const result = {
    unary: [reply, " | ", out.global("Promise"), "<", reply, ">"],
    server_streaming: [out.global("AsyncIterable"), "<", reply, "> | ", out.global("Iterable"), "<", reply, ">"],
    client_streaming: [reply, " | ", out.global("Promise"), "<", reply, ">"],
    bidi_streaming: [out.global("AsyncIterable"), "<", reply, ">"],
  }[method.methodKind];
  out.print(`  ${local}(`, argument, ", context: ", runtime.ServerContext, "): ", result, ";");
}
