// SPDX-License-Identifier: Apache-2.0
import { create, createFileRegistry, createRegistry, type DescService, type Message } from "@bufbuild/protobuf";
import {
  AnySchema,
  anyPack,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
  MethodOptions_IdempotencyLevel,
  TimestampSchema,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { bytesCodec, fromBytes, toBytes } from "../rpc/bytes.js";
import { protoCodec } from "../rpc/channel-codec.js";
import { bytesMethod, service } from "../rpc/method.js";
import { jsonCodec, jsonCodecOf } from "./json.js";
import { isServiceSchema, schemaCodec, serviceFromSchema } from "./schema.js";

const scalar = (name: string, number: number, type: FieldDescriptorProto_Type, typeName = "") => ({
  name,
  number,
  type,
  typeName,
  jsonName: name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  label: FieldDescriptorProto_Label.OPTIONAL,
});
const method = (name: string, clientStreaming: boolean, serverStreaming: boolean, idempotencyLevel = 0) => ({
  name,
  inputType: ".demo.v1.User",
  outputType: ".demo.v1.User",
  clientStreaming,
  serverStreaming,
  options: { idempotencyLevel: idempotencyLevel as MethodOptions_IdempotencyLevel },
});
const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: "demo/v1/user.proto",
    package: "demo.v1",
    syntax: "proto3",
    dependency: ["google/protobuf/any.proto"],
    messageType: [
      {
        name: "User",
        field: [
          scalar("full_name", 1, FieldDescriptorProto_Type.STRING),
          scalar("age", 2, FieldDescriptorProto_Type.INT32),
          scalar("friend", 3, FieldDescriptorProto_Type.MESSAGE, ".demo.v1.User"),
          scalar("extra", 4, FieldDescriptorProto_Type.MESSAGE, ".google.protobuf.Any"),
        ],
      },
    ],
    service: [
      {
        name: "Users",
        method: [
          method("GetUser", false, false, MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS),
          method("ListUsers", false, true, MethodOptions_IdempotencyLevel.IDEMPOTENT),
          method("UploadUsers", true, false),
          method("Chat", true, true),
          method("getUser", false, false),
        ],
      },
    ],
  }),
  () => file_google_protobuf_any,
);
const User = registry.getMessage("demo.v1.User") ?? absent();
const Users: DescService = registry.getService("demo.v1.Users") ?? absent();
const UserCodec = schemaCodec(User);

function absent(): never {
  throw new Error("the test's schema was not built");
}

const jsonOf = (codec: typeof UserCodec, message: object): unknown =>
  JSON.parse(new TextDecoder().decode(toBytes(codec, message as Message)));
const readJson = (codec: typeof UserCodec, json: string): object => fromBytes(codec, new TextEncoder().encode(json));

describe("jsonCodec", () => {
  test("writes and reads ProtoJSON, from an init as well as a message", () => {
    const codec = jsonCodec([User]).codecFor(UserCodec);
    const init = { fullName: "Ada ☺", age: 36, friend: { fullName: "Charles" } };
    const expected = { fullName: "Ada ☺", age: 36, friend: { fullName: "Charles" } };
    expect(jsonOf(codec, init)).toEqual(expected);
    expect(jsonOf(codec, create(User, init as never))).toEqual(expected);
    expect(readJson(codec, JSON.stringify(expected))).toEqual(create(User, init as never));
  });

  test("gives the same codec for the same codec", () => {
    const json = jsonCodec([User]);
    expect(json.name).toBe("json");
    expect(json.codecFor(UserCodec)).toBe(json.codecFor(UserCodec));
  });

  test.each([
    ["a service's schema", [Users]],
    ["a service's definition", [serviceFromSchema(Users)]],
    ["a file", [User.file]],
    ["a registry", createRegistry(User)],
  ])("finds types by %s", (_, schemas) => {
    expect(jsonOf(jsonCodec(schemas).codecFor(UserCodec), { age: 1 })).toEqual({ age: 1 });
  });

  test("knows imported types, which an Any may hold", () => {
    const value = anyPack(AnySchema, anyPack(User, create(User, { age: 1 } as never)));
    expect(jsonOf(jsonCodec([Users]).codecFor(UserCodec), { extra: value })).toEqual({
      extra: {
        "@type": "type.googleapis.com/google.protobuf.Any",
        value: { "@type": "type.googleapis.com/demo.v1.User", age: 1 },
      },
    });
  });

  test("names a type it has no schema of", () => {
    expect(() => jsonCodec([User]).codecFor(schemaCodec(TimestampSchema))).toThrow(
      "jsonCodec has no schema of google.protobuf.Timestamp: add its service, message or file to the list",
    );
  });

  test("lets raw bytes through", () => {
    expect(jsonCodec([User]).codecFor(bytesCodec)).toBe(bytesCodec);
  });

  test("skips unknown fields unless told not to", () => {
    const json = '{"age":1,"later":true}';
    expect(readJson(jsonCodec([User]).codecFor(UserCodec), json)).toMatchObject({ age: 1 });
    const strict = jsonCodec([User], { ignoreUnknownFields: false }).codecFor(UserCodec);
    expect(() => readJson(strict, json)).toThrow("later");
  });

  test("writes as its options say", () => {
    const codec = jsonCodec([User], { alwaysEmitImplicit: true, useProtoFieldName: true }).codecFor(UserCodec);
    expect(jsonOf(codec, {})).toEqual({ full_name: "", age: 0 });
  });

  test("refuses JSON cut at each place and text that is not UTF-8", () => {
    const codec = jsonCodec([User]).codecFor(UserCodec);
    const json = '{"fullName":"é"}';
    const bytes = new TextEncoder().encode(json);
    for (let end = 0; end < bytes.length; end++) {
      expect(() => fromBytes(codec, bytes.subarray(0, end))).toThrow();
    }
    expect(() => fromBytes(codec, Uint8Array.of(0x22, 0xff, 0x22))).toThrow();
  });

  test("fills a buffer exactly, or says that it is too small", () => {
    const codec = jsonCodec([User]).codecFor(UserCodec);
    const message = create(User, { fullName: "é".repeat(500) } as never);
    const whole = toBytes(codec, message);
    const exact = new Uint8Array(whole.length + 7);
    expect(codec.encode(exact, message, 7)).toBe(exact.length);
    expect(exact.subarray(7)).toEqual(whole);
    for (const missing of [1, 2, 3, whole.length]) {
      expect(() => codec.encode(new Uint8Array(whole.length - missing), message, 0)).toThrow("too small");
    }
  });

  test.each([
    [() => jsonCodec([User], { pretty: true } as never), "unknown option pretty of jsonCodec"],
    [
      () => jsonCodec([User], { enumAsInteger: "yes" as never }),
      'option enumAsInteger of jsonCodec must be true or false, got "yes"',
    ],
    [() => jsonCodec(User as never), "jsonCodec takes a list"],
    [
      () => jsonCodec([service("demo.NoSchema", {})]).codecFor(UserCodec),
      "service demo.NoSchema has no schema, which JSON needs",
    ],
  ])("refuses what it cannot use: %#", (make, message) => {
    expect(make).toThrow(message);
  });

  test("a service without a schema has no JSON form, one with a schema has one", () => {
    const definition = serviceFromSchema(Users);
    expect(jsonCodecOf(definition)).toBe(jsonCodecOf(definition));
    expect(jsonCodecOf(definition)?.codecFor(UserCodec).typeName).toBe("demo.v1.User");
    expect(jsonCodecOf(service("demo.NoSchema", { a: bytesMethod("/s/A", "unary") }))).toBeUndefined();
  });
});

describe("codecs and services from a schema", () => {
  test("a schema's codec round-trips and is made once", () => {
    expect(schemaCodec(User)).toBe(UserCodec);
    expect(UserCodec.typeName).toBe("demo.v1.User");
    expect(protoCodec.codecFor(UserCodec)).toBe(UserCodec);
    const bytes = toBytes(UserCodec, { fullName: "Ada", friend: { age: 3 } } as never);
    expect(fromBytes(UserCodec, bytes)).toMatchObject({ fullName: "Ada", friend: { age: 3 } });
  });

  test("a service's definition has its methods' paths, shapes and idempotency; of two with one local name the later takes $", () => {
    const definition = serviceFromSchema(Users);
    expect(serviceFromSchema(Users)).toBe(definition);
    expect(definition.schema?.()).toBe(Users);
    const facts = Object.entries(definition.methods).map(([name, method]) => [
      name,
      method.path,
      method.shape,
      method.idempotency,
    ]);
    expect(facts).toEqual([
      ["getUser", "/demo.v1.Users/GetUser", "unary", "noSideEffects"],
      ["listUsers", "/demo.v1.Users/ListUsers", "serverStreaming", "idempotent"],
      ["uploadUsers", "/demo.v1.Users/UploadUsers", "clientStreaming", "unknown"],
      ["chat", "/demo.v1.Users/Chat", "bidiStreaming", "unknown"],
      ["getUser$", "/demo.v1.Users/getUser", "unary", "unknown"],
    ]);
  });

  test("a schema is told from a definition", () => {
    expect(isServiceSchema(Users)).toBe(true);
    expect(isServiceSchema(serviceFromSchema(Users))).toBe(false);
  });
});
