// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import type { Emitter } from "../emitter.js";
import { planMembers } from "../field.js";
import { emitCodec } from "./codec.js";
import { emitCreate } from "./create.js";
import { emitDecode } from "./decode.js";
import { emitEncode } from "./encode.js";
import { emitInit } from "./init.js";
import { emitInterface } from "./interface.js";
import { emitSchema } from "./schema.js";

/** Everything generated for one message, but not for the types nested in it. */
export function emitMessage(message: DescMessage, out: Emitter): void {
  const members = planMembers(message, out);
  emitInterface(message, members, out);
  emitInit(message, members, out);
  emitSchema(message, out);
  emitCompanions(message, out);
}

/** The functions of one message: all that `petrel/wkt` adds to a type of protobuf-es. */
export function emitCompanions(message: DescMessage, out: Emitter): void {
  emitCreate(message, out);
  if (out.codec === "none") return;
  emitEncode(message, out);
  emitDecode(message, out);
  emitCodec(message, out);
}
