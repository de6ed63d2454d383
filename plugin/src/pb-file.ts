// SPDX-License-Identifier: Apache-2.0
import type { DescFile } from "@bufbuild/protobuf";
import { embedFileDesc } from "@bufbuild/protobuf/codegenv2";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import type { Emitter } from "./emitter.js";
import { emitEnum } from "./enum.js";
import { emitExtension } from "./extension.js";
import { emitMessage } from "./message/message.js";
import { namesOf } from "./names.js";
import { runtime } from "./runtime-imports.js";
import { emitServiceSchema } from "./service/schema.js";

/** Everything in `x_pb.ts`. `proto` is the file without the options that only its source keeps. */
export function emitPbFile(file: DescFile, proto: FileDescriptorProto, out: Emitter): void {
  emitFileDescriptor(file, proto, out);
  for (const type of nestedTypes(file)) {
    switch (type.kind) {
      case "message":
        emitMessage(type, out);
        break;
      case "enum":
        emitEnum(type, out);
        break;
      case "extension":
        emitExtension(type, out);
        break;
      case "service":
        emitServiceSchema(type, out);
        break;
    }
  }
}

function emitFileDescriptor(file: DescFile, proto: FileDescriptorProto, out: Emitter): void {
  out.doc(`Describes the file ${file.proto.name}.`);
  out.print(
    out.exported("const", namesOf(file).file),
    ": ",
    runtime.GenFile,
    " = /*@__PURE__*/ ",
    runtime.fileDesc,
    "(",
  );
  out.print(`  "${embedFileDesc(proto).base64()}",`);
  if (file.dependencies.length > 0) {
    out.print(
      "  [",
      file.dependencies.flatMap((file, i) => [i > 0 ? ", " : "", out.fileDescriptor(file)]),
      "],",
    );
  }
  out.print(");");
  out.print();
}
