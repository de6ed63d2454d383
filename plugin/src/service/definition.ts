// SPDX-License-Identifier: Apache-2.0
import type { DescService } from "@bufbuild/protobuf";
import { commentOf, isDeprecated } from "../comments.js";
import type { Emitter } from "../emitter.js";
import { describe } from "../message/interface.js";
import { propertyKey, serviceNames } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** `export const UserService` of `x_grpc.ts`: what a server is given together with the handlers. */
export function emitDefinition(service: DescService, out: Emitter): void {
  const { definition, handlers, methods } = serviceNames(service);
  out.doc(describe(commentOf(service), `service ${service.typeName}`, isDeprecated(service)));
  out.print(
    out.exported("const", definition),
    ": ",
    runtime.ServiceDefinition,
    `<${handlers}> = /*@__PURE__*/ `,
    runtime.service,
    `("${service.typeName}", {`,
  );
  for (const { local, constant } of methods) out.print(`  ${propertyKey(local)}: ${constant},`);
  out.print("}, () => ", out.descriptor(service), ");");
  out.print();
}
