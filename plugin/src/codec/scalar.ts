// SPDX-License-Identifier: Apache-2.0
import { ScalarType } from "@bufbuild/protobuf";
import type { ImportSymbol } from "@bufbuild/protoplugin";
import { runtime } from "../runtime-imports.js";

/** protobuf's wire types by name. */
export const wireType = { varint: 0, fixed64: 1, lengthDelimited: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** How a scalar type is written and read by generated code. */
export interface ScalarCode {
  readonly wireType: number;
  /** Writes one field: `write(buffer, position, tag, value, field)`. */
  readonly write: ImportSymbol;
  /** The Reader's method. */
  readonly read: string;
  /** For a packed list; absent for types that are never packed. */
  readonly writePacked?: ImportSymbol;
  readonly readPacked?: ImportSymbol;
  readonly is64: boolean;
}

/** The code for a scalar type. `checked` is whether its text must be UTF-8. */
export function scalarCode(type: ScalarType, checked = true): ScalarCode {
  if (type === ScalarType.STRING && !checked) return uncheckedString;
  return scalars[type];
}

const { varint, fixed64, lengthDelimited, fixed32 } = wireType;
const is64 = true;

const scalars: Readonly<Record<ScalarType, ScalarCode>> = {
  [ScalarType.DOUBLE]: {
    ...{ wireType: fixed64, read: "double", is64: false },
    ...{ write: runtime.writeDouble, writePacked: runtime.writePackedDouble, readPacked: runtime.readPackedDouble },
  },
  [ScalarType.FLOAT]: {
    ...{ wireType: fixed32, read: "float", is64: false },
    ...{ write: runtime.writeFloat, writePacked: runtime.writePackedFloat, readPacked: runtime.readPackedFloat },
  },
  [ScalarType.INT64]: {
    ...{ wireType: varint, read: "int64", is64 },
    ...{ write: runtime.writeInt64, writePacked: runtime.writePackedInt64, readPacked: runtime.readPackedInt64 },
  },
  [ScalarType.UINT64]: {
    ...{ wireType: varint, read: "uint64", is64 },
    ...{ write: runtime.writeUint64, writePacked: runtime.writePackedUint64, readPacked: runtime.readPackedUint64 },
  },
  [ScalarType.INT32]: {
    ...{ wireType: varint, read: "int32", is64: false },
    ...{ write: runtime.writeInt32, writePacked: runtime.writePackedInt32, readPacked: runtime.readPackedInt32 },
  },
  [ScalarType.FIXED64]: {
    ...{ wireType: fixed64, read: "fixed64", is64 },
    ...{ write: runtime.writeFixed64, writePacked: runtime.writePackedFixed64, readPacked: runtime.readPackedFixed64 },
  },
  [ScalarType.FIXED32]: {
    ...{ wireType: fixed32, read: "fixed32", is64: false },
    ...{ write: runtime.writeFixed32, writePacked: runtime.writePackedFixed32, readPacked: runtime.readPackedFixed32 },
  },
  [ScalarType.BOOL]: {
    ...{ wireType: varint, read: "bool", is64: false },
    ...{ write: runtime.writeBool, writePacked: runtime.writePackedBool, readPacked: runtime.readPackedBool },
  },
  [ScalarType.STRING]: { wireType: lengthDelimited, read: "string", is64: false, write: runtime.writeString },
  [ScalarType.BYTES]: { wireType: lengthDelimited, read: "byteString", is64: false, write: runtime.writeBytes },
  [ScalarType.UINT32]: {
    ...{ wireType: varint, read: "uint32", is64: false },
    ...{ write: runtime.writeUint32, writePacked: runtime.writePackedUint32, readPacked: runtime.readPackedUint32 },
  },
  [ScalarType.SFIXED32]: {
    ...{ wireType: fixed32, read: "sfixed32", is64: false },
    ...{
      write: runtime.writeSfixed32,
      writePacked: runtime.writePackedSfixed32,
      readPacked: runtime.readPackedSfixed32,
    },
  },
  [ScalarType.SFIXED64]: {
    ...{ wireType: fixed64, read: "sfixed64", is64 },
    ...{
      write: runtime.writeSfixed64,
      writePacked: runtime.writePackedSfixed64,
      readPacked: runtime.readPackedSfixed64,
    },
  },
  [ScalarType.SINT32]: {
    ...{ wireType: varint, read: "sint32", is64: false },
    ...{ write: runtime.writeSint32, writePacked: runtime.writePackedSint32, readPacked: runtime.readPackedSint32 },
  },
  [ScalarType.SINT64]: {
    ...{ wireType: varint, read: "sint64", is64 },
    ...{ write: runtime.writeSint64, writePacked: runtime.writePackedSint64, readPacked: runtime.readPackedSint64 },
  },
};

const uncheckedString: ScalarCode = { ...scalars[ScalarType.STRING], read: "stringUnchecked" };
