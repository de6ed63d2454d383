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
import type { Reader } from "./reader.js";

/** Encodes by the schema, with protobuf-es. An init is completed first; a message is taken as it is. */
export function encodeWithSchema<D extends DescMessage>(
  schema: D,
  buffer: Uint8Array,
  message: MessageInitShape<D>,
  position: number,
): number {
  // protobuf-es would take undefined for an empty message: a handler that forgot its return must not answer with one.
  if (typeof message !== "object" || message === null) {
    throw new TypeError(`expected a ${schema.typeName}, got ${message === null ? "null" : typeof message}`);
  }
  const bytes = toBinary(schema, create(schema, message));
  const end = position + bytes.length;
  if (end > buffer.length) throw bufferOverflow(end);
  buffer.set(bytes, position);
  return end;
}

/** Decodes by the schema, with protobuf-es, and leaves the reader at `end`. */
export function decodeWithSchema<D extends DescMessage>(
  schema: D,
  reader: Reader,
  end: number,
  into?: MessageShape<D>,
): MessageShape<D> {
  const message = into ?? create(schema);
  mergeFromBinary(schema, message, reader.bytes.subarray(reader.position, end));
  reader.position = end;
  return message;
}
