// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";

/**
 * How the bytes of messages are read and written: `speed` by straight-line functions, `size` by protobuf-es and the
 * schema, `none` not at all.
 */
export type CodecKind = "speed" | "size" | "none";

/** Every value of the option `codec`. */
export const codecKinds: readonly CodecKind[] = ["speed", "size", "none"];

/** Whether a message gets functions of its own. A MessageSet, whose wire format is like no other's, never does. */
export function isStraightLine(message: DescMessage, codec: CodecKind): boolean {
  return codec === "speed" && message.proto.options?.messageSetWireFormat !== true;
}
