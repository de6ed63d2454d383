// SPDX-License-Identifier: Apache-2.0
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema, Edition, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { plugin } from "../src/plugin.js";
import { requestForText } from "./support/compile.js";

function errorFor(file: MessageInitShape<typeof FileDescriptorProtoSchema>, parameter = ""): string {
  const proto = create(FileDescriptorProtoSchema, { name: "a.proto", syntax: "proto3", ...file });
  return plugin.run(create(CodeGeneratorRequestSchema, { fileToGenerate: ["a.proto"], protoFile: [proto], parameter }))
    .error;
}

test("a bad option is said in the response's error, not thrown", () => {
  expect(errorFor({}, "target=py")).toBe(
    'option target must be ts, js, dts or several joined by "+" (js+dts), got "py"',
  );
});

test("a missing import is said with both names", () => {
  expect(errorFor({ dependency: ["b.proto"] })).toBe(
    'a.proto imports "b.proto", which the request does not hold: pass it to protoc or buf as well',
  );
});

test("a file that is asked for but missing is named", () => {
  const request = create(CodeGeneratorRequestSchema, { fileToGenerate: ["a.proto"] });
  expect(plugin.run(request).error).toBe('the request asks for "a.proto" but does not hold it');
});

test("an edition from the future is refused with the editions we know", () => {
  expect(errorFor({ syntax: "editions", edition: Edition.EDITION_99997_TEST_ONLY })).toMatch(
    /^a\.proto: edition 99997_test_only is not supported, expected proto2 to \d{4}$/,
  );
});

test("an unknown syntax is refused", () => {
  expect(errorFor({ syntax: "proto4" })).toMatch(
    /^a\.proto: syntax "proto4" is unknown, expected proto2, proto3 or an edition up to \d{4}$/,
  );
});

test("a descriptor that contradicts itself is said in the response's error", () => {
  const field = { name: "x", number: 1, type: 11, label: 1, typeName: ".Missing" };
  const file = create(FileDescriptorProtoSchema, {
    name: "a.proto",
    syntax: "proto3",
    messageType: [{ name: "M", field: [field] }],
  });
  const { error } = plugin.run(create(CodeGeneratorRequestSchema, { fileToGenerate: ["a.proto"], protoFile: [file] }));
  expect(error).toContain("Missing");
});

test("two fields with one TypeScript name are refused with both", async () => {
  const request = await requestForText({
    "a.proto":
      'syntax = "proto2"; package p; message M { optional int32 foo_bar = 1; optional int32 foo__bar = 2 [json_name = "x"]; }',
  });
  expect(plugin.run(request).error).toBe(
    'a.proto: "foo_bar" and "foo__bar" of message p.M are both fooBar in TypeScript, rename one',
  );
});

test("two enum values with one TypeScript name are refused with both", async () => {
  const request = await requestForText({
    "a.proto": 'syntax = "proto2"; package p; enum Foo { FOO_A = 0; foo_A = 1; }',
  });
  expect(plugin.run(request).error).toBe(
    'a.proto: "FOO_A" and "foo_A" of enum p.Foo are both A in TypeScript, rename one',
  );
});
