// SPDX-License-Identifier: Apache-2.0
import type { DescFile } from "@bufbuild/protobuf";
import type { Emitter } from "./emitter.js";
import { emitClient } from "./service/client.js";
import { emitDefinition } from "./service/definition.js";
import { emitHandlers } from "./service/handler.js";
import { emitMethods } from "./service/methods.js";

/** Everything in `x_grpc.ts`. */
export function emitGrpcFile(file: DescFile, out: Emitter): void {
  for (const service of file.services) {
    emitMethods(service, out);
    emitClient(service, out);
    emitHandlers(service, out);
    emitDefinition(service, out);
  }
}
