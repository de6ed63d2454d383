// SPDX-License-Identifier: Apache-2.0
import {
  create,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  mergeFromBinary,
  toBinary,
} from "@bufbuild/protobuf";
import { bufferOverflow } from "./buffer-overflow.js";
import { ownBytes } from "./own-bytes.js";
import type { Reader } from "./reader.js";
import { checkMessage } from "./wrong-value.js";

/** Encodes by the schema, with protobuf-es. An init is completed first; a message is taken as it is. */
export function encodeWithSchema<D extends DescMessage>(
  schema: D,
  buffer: Uint8Array,
  message: MessageInitShape<D>,
  position: number,
): number {
  // protobuf-es would take undefined, or a message of another type, for an empty message.
  checkMessage(message as { readonly $typeName?: string }, schema.typeName);
  const bytes = toBinary(schema, create(schema, message));
  const end = position + bytes.length;
  if (end > buffer.length) throw bufferOverflow(end);
  buffer.set(bytes, position);
  return end;
}

/** Decodes by the schema, with protobuf-es, and leaves the reader at `end`, or behind the group that is being read. */
export function decodeWithSchema<D extends DescMessage>(
  schema: D,
  reader: Reader,
  end: number,
  into?: MessageShape<D>,
): MessageShape<D> {
  const message = into ?? create(schema);
  const contentEnd = reader.contentEnd(end);
  // The `bytes` that protobuf-es gives are views of what it is given.
  mergeFromBinary(schema, message, ownBytes(reader, reader.position, contentEnd));
  reader.position = contentEnd;
  if (contentEnd !== end) reader.unknown(reader.tag(), message);
  return message;
}
