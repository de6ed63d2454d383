// SPDX-License-Identifier: Apache-2.0
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { pathInFileDesc } from "@bufbuild/protobuf/codegenv2";
import { commentOf, isDeprecated } from "../comments.js";
import type { Emitter } from "../emitter.js";
import { describe } from "../message/interface.js";
import { descriptorName } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** `export const UserService` of `x_pb.ts`: the service's descriptor, as protoc-gen-es exports it. */
export function emitServiceSchema(service: DescService, out: Emitter): void {
  out.doc(describe(commentOf(service), `service ${service.typeName}`, isDeprecated(service)));
  out.print(out.exported("const", descriptorName(service)), ": ", runtime.GenService, "<{");
  for (const method of distinctMethods(service)) {
    out.doc(describe(commentOf(method), `rpc ${method.name}`, isDeprecated(method)), "  ");
    out.print(`  ${method.localName}: {`);
    out.print(`    methodKind: "${method.methodKind}";`);
    out.print("    input: typeof ", out.descriptor(method.input), ";");
    out.print("    output: typeof ", out.descriptor(method.output), ";");
    out.print("  };");
  }
  out.print(
    "}> = /*@__PURE__*/ ",
    runtime.serviceDesc,
    "(",
    out.fileDescriptor(service.file),
    `, ${pathInFileDesc(service).join(", ")});`,
  );
  out.print();
}

// Of two methods that differ only in the case of their first letter, protobuf-es keeps the later under their one name.
function distinctMethods(service: DescService): DescMethod[] {
  return [...new Map(service.methods.map((method) => [method.localName, method])).values()];
}
