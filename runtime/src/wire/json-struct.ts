// SPDX-License-Identifier: Apache-2.0
// google.protobuf.Struct as a field: a plain JSON object in memory, read and written without its messages.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { setEntry } from "./map.js";
import type { Reader } from "./reader.js";
import { beginMessage, endMessage } from "./write-message.js";
import { writeBool, writeDouble, writeInt32 } from "./write-scalar.js";
import { writeString } from "./write-text.js";
import { wrongValue } from "./wrong-value.js";

/** Writes a JSON object as google.protobuf.Struct. */
export function encodeJsonObject(buffer: Uint8Array, object: JsonObject, position: number): number {
  if (typeof object !== "object" || object === null || Array.isArray(object)) {
    throw wrongValue("google.protobuf.Struct", "a JSON object", object);
  }
  for (const key of Object.keys(object)) {
    const entry = beginMessage(buffer, position, 10);
    const valueTag = writeString(buffer, entry, 10, key, "google.protobuf.Struct.fields key");
    const value = beginMessage(buffer, valueTag, 18);
    position = endMessage(buffer, entry, endMessage(buffer, value, encodeJson(buffer, object[key], value)));
  }
  return position;
}

/** Reads google.protobuf.Struct as a JSON object, into a given one or a new one. */
export function decodeJsonObject(reader: Reader, end: number, into: JsonObject = {}): JsonObject {
  while (reader.position < end) {
    const tag = reader.tag();
    if (tag === 10) readEntry(reader, into);
    else reader.skip(tag);
  }
  reader.done(end);
  return into;
}

function readEntry(reader: Reader, object: JsonObject): void {
  const end = reader.lengthEnd();
  let key = "";
  let value: JsonValue = null;
  while (reader.position < end) {
    const tag = reader.tag();
    if (tag === 10) key = reader.key();
    else if (tag === 18) {
      value = decodeJson(reader, reader.enter(), value);
      reader.leave();
    } else reader.skip(tag);
  }
  reader.done(end);
  setEntry(object, key, value);
}

// google.protobuf.Value. Its cases exclude each other: the last one counts, a repeated message is merged.
function decodeJson(reader: Reader, end: number, current: JsonValue): JsonValue {
  let value = current;
  while (reader.position < end) {
    const tag = reader.tag();
    switch (tag) {
      case 8:
        reader.int32();
        value = null;
        break;
      case 17:
        value = reader.double();
        break;
      case 26:
        value = reader.string();
        break;
      case 32:
        value = reader.bool();
        break;
      case 42: {
        const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
        value = decodeJsonObject(reader, reader.enter(), isObject ? (value as JsonObject) : {});
        reader.leave();
        break;
      }
      case 50:
        value = decodeJsonList(reader, reader.enter(), Array.isArray(value) ? value : []);
        reader.leave();
        break;
      default:
        reader.skip(tag);
    }
  }
  reader.done(end);
  return value;
}

function decodeJsonList(reader: Reader, end: number, list: JsonValue[]): JsonValue[] {
  while (reader.position < end) {
    const tag = reader.tag();
    if (tag === 10) {
      list.push(decodeJson(reader, reader.enter(), null));
      reader.leave();
    } else reader.skip(tag);
  }
  reader.done(end);
  return list;
}

function encodeJson(buffer: Uint8Array, value: JsonValue | undefined, position: number): number {
  switch (typeof value) {
    case "number":
      return writeDouble(buffer, position, 17, value, "google.protobuf.Value.number_value");
    case "string":
      return writeString(buffer, position, 26, value, "google.protobuf.Value.string_value");
    case "boolean":
      return writeBool(buffer, position, 32, value, "google.protobuf.Value.bool_value");
    case "undefined":
      return position;
    case "object":
      break;
    default:
      throw wrongValue("google.protobuf.Value", "a JSON value", value);
  }
  if (value === null) return writeInt32(buffer, position, 8, 0, "google.protobuf.Value.null_value");
  if (!Array.isArray(value)) {
    const start = beginMessage(buffer, position, 42);
    return endMessage(buffer, start, encodeJsonObject(buffer, value, start));
  }
  const start = beginMessage(buffer, position, 50);
  let end = start;
  for (const item of value) {
    const itemStart = beginMessage(buffer, end, 10);
    end = endMessage(buffer, itemStart, encodeJson(buffer, item, itemStart));
  }
  return endMessage(buffer, start, end);
}
