// SPDX-License-Identifier: Apache-2.0
import {
  create,
  createFileRegistry,
  type DescField,
  type DescMessage,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import {
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  FieldOptions_JSType as JsType,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { runtime } from "../runtime-imports.js";
import { defaultValue, hasDefaultsPrototype } from "./default-value.js";
import { quotedName, tagOf } from "./field-text.js";
import { isStraightLine } from "./kind.js";

type FieldInit = Exclude<MessageInitShape<typeof FieldDescriptorProtoSchema>, { readonly $typeName: string }>;

function messageWith(field: FieldInit, messageSet = false): DescMessage {
  const whole = create(FieldDescriptorProtoSchema, { name: "f", number: 1, label: Label.OPTIONAL, ...field });
  const file = create(FileDescriptorProtoSchema, {
    name: "a.proto",
    package: "a",
    syntax: "proto2",
    messageType: [{ name: "M", field: messageSet ? [] : [whole], options: { messageSetWireFormat: messageSet } }],
    enumType: [
      {
        name: "E",
        value: [
          { name: "B", number: 7 },
          { name: "A", number: 0 },
        ],
      },
    ],
  });
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [file] })).getMessage("a.M") as DescMessage;
}

function defaultOf(field: FieldInit): unknown {
  return defaultValue(messageWith(field).fields[0] as DescField & { fieldKind: "scalar" | "enum" });
}

const asText = { options: { jstype: JsType.JS_STRING } } as FieldInit;

test.each([
  [{ type: Type.INT32 }, "0"],
  [{ type: Type.INT32, defaultValue: "-5" }, "-5"],
  [{ type: Type.BOOL, defaultValue: "true" }, "true"],
  [{ type: Type.BOOL }, "false"],
  [{ type: Type.INT64 }, "0n"],
  [{ type: Type.INT64, defaultValue: "-9223372036854775808" }, "-9223372036854775808n"],
  [{ type: Type.UINT64, defaultValue: "18446744073709551615", ...asText }, '"18446744073709551615"'],
  [{ type: Type.FIXED64, ...asText }, '"0"'],
  [{ type: Type.DOUBLE, defaultValue: "inf" }, "Number.POSITIVE_INFINITY"],
  [{ type: Type.DOUBLE, defaultValue: "-inf" }, "Number.NEGATIVE_INFINITY"],
  [{ type: Type.FLOAT, defaultValue: "nan" }, "Number.NaN"],
  [{ type: Type.DOUBLE, defaultValue: "-0" }, "-0"],
  [{ type: Type.DOUBLE, defaultValue: "1.5e300" }, "1.5e+300"],
  [{ type: Type.STRING, defaultValue: 'a"\n\u2028' }, '"a\\"\\n\u2028"'],
  [{ type: Type.STRING }, '""'],
  [{ type: Type.BYTES, defaultValue: "\\000\\377" }, "new Uint8Array([0, 255])"],
  [{ type: Type.BYTES }, runtime.noBytes],
  [{ type: Type.ENUM, typeName: ".a.E" }, "7"],
  [{ type: Type.ENUM, typeName: ".a.E", defaultValue: "A" }, "0"],
])("%j has the default %s", (field, text) => {
  expect(defaultOf(field as FieldInit)).toEqual(text);
});

test("the tag of the largest number is no negative one", () => {
  const [field] = messageWith({ type: Type.INT32, number: 536_870_911 }).fields as [DescField];
  expect([tagOf(field, 0), tagOf(field, 5)]).toEqual([4_294_967_288, 4_294_967_293]);
  expect(quotedName(field)).toBe('"a.M.f"');
});

test("a proto2 message has its defaults on a prototype; a MessageSet goes by the schema whatever the option", () => {
  expect(hasDefaultsPrototype(messageWith({ type: Type.INT32 }))).toBe(true);
  const kinds = (["speed", "size", "none"] as const).map((kind) => [
    isStraightLine(messageWith({ type: Type.INT32 }), kind),
    isStraightLine(messageWith({}, true), kind),
  ]);
  expect(kinds).toEqual([
    [true, false],
    [false, false],
    [false, false],
  ]);
});
