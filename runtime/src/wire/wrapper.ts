// SPDX-License-Identifier: Apache-2.0
import type { Reader } from "./reader.js";

/**
 * Reads a message of google/protobuf/wrappers.proto as its value alone: `current` is what the field holds already, or
 * the default, `tag` that of the value's field, `read` its type.
 */
export function readWrapped<T>(reader: Reader, current: T, tag: number, read: (reader: Reader) => T): T {
  const end = reader.enter();
  while (reader.position < end) {
    const found = reader.tag();
    if (found === tag) current = read(reader);
    else reader.skip(found);
  }
  reader.done(end);
  reader.leave();
  return current;
}
