// SPDX-License-Identifier: Apache-2.0
// The goldens, run: protobuf-es's functions work on our messages, and the functions we add agree with them.
import {
  clearField,
  clone,
  create,
  createRegistry,
  type DescMessage,
  equals,
  fromBinary,
  fromJson,
  getExtension,
  hasExtension,
  isFieldSet,
  isMessage,
  isUnknownEnum,
  type Message,
  setExtension,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { anyPack, anyUnpack, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type MessageCodec, Reader } from "petrel/codegen";
import { expect, test } from "vitest";
import * as editions from "../../testdata/golden/default/petrel/test/editions2023_pb.js";
import * as editions2024 from "../../testdata/golden/default/petrel/test/editions2024_pb.js";
import { Aliased, Words, WordsSchema } from "../../testdata/golden/default/petrel/test/enums_pb.js";
import * as maps from "../../testdata/golden/default/petrel/test/maps_pb.js";
import * as clashGrpc from "../../testdata/golden/default/petrel/test/name_clash_grpc.js";
import * as clash from "../../testdata/golden/default/petrel/test/name_clash_pb.js";
import * as nesting from "../../testdata/golden/default/petrel/test/nesting_pb.js";
import { Echo } from "../../testdata/golden/default/petrel/test/no_package_grpc.js";
import * as oneofs from "../../testdata/golden/default/petrel/test/oneofs_pb.js";
import * as proto2 from "../../testdata/golden/default/petrel/test/proto2_pb.js";
import * as scalars from "../../testdata/golden/default/petrel/test/scalars_pb.js";
import * as userGrpc from "../../testdata/golden/default/petrel/test/user_grpc.js";
import * as user from "../../testdata/golden/default/petrel/test/user_pb.js";
import * as wellKnown from "../../testdata/golden/default/petrel/test/well_known_pb.js";

interface Sample {
  readonly schema: DescMessage;
  readonly codec: MessageCodec<Message, object>;
  readonly message: Message;
}

function sample<T extends Message, I extends object>(
  schema: DescMessage,
  codec: MessageCodec<T, I>,
  message: T,
): Sample {
  return { schema, codec: codec as unknown as Sample["codec"], message };
}

const someScalars = scalars.createScalars({
  doubleField: 1.5,
  int64Field: -9007199254740993n,
  uint64Field: 18446744073709551615n,
  sint32Field: -7,
  boolField: true,
  stringField: "grüße",
  bytesField: new Uint8Array([0, 255]),
  int64AsString: "-12",
  renamed: "x",
});
const samples: readonly Sample[] = [
  sample(scalars.ScalarsSchema, scalars.ScalarsCodec, someScalars),
  sample(scalars.EmptySchema, scalars.EmptyCodec, scalars.createEmpty()),
  sample(
    scalars.OptionalScalarsSchema,
    scalars.OptionalScalarsCodec,
    scalars.createOptionalScalars({ doubleField: 0, stringField: "", messageField: { int32Field: 1 } }),
  ),
  sample(
    scalars.RepeatedScalarsSchema,
    scalars.RepeatedScalarsCodec,
    scalars.createRepeatedScalars({
      packedField: [1, 2],
      stringField: ["a"],
      messageField: [{ boolField: true }, someScalars],
    }),
  ),
  sample(
    maps.MapsSchema,
    maps.MapsCodec,
    maps.createMaps({
      byInt32: { 7: "x" },
      byBool: { true: "y" },
      toMessage: { k: { int32Field: 3 } },
      toItself: { a: {} },
    }),
  ),
  sample(
    oneofs.OneofsSchema,
    oneofs.OneofsCodec,
    oneofs.createOneofs({ value: { case: "nested", value: { outside: "o" } } }),
  ),
  sample(
    oneofs.OneofsSchema,
    oneofs.OneofsCodec,
    oneofs.createOneofs({ value: { case: "object", value: { a: [1, null] } } }),
  ),
  sample(
    nesting.NodeSchema,
    nesting.NodeCodec,
    nesting.createNode({ children: [{ name: "leaf", inner: { deeper: {} } }] }),
  ),
  sample(
    proto2.PresenceSchema,
    proto2.PresenceCodec,
    proto2.createPresence({
      requiredString: "r",
      requiredMessage: { requiredString: "in", requiredMessage: {} },
      boolDefault: false,
    }),
  ),
  sample(
    editions.ExplicitSchema,
    editions.ExplicitCodec,
    editions.createExplicit({ required: "r", delimited: { required: "d" }, expanded: [1, 2] }),
  ),
  sample(
    editions2024.DocumentSchema,
    editions2024.DocumentCodec,
    editions2024.createDocument({ title: "t", section: {} }),
  ),
  sample(
    wellKnown.WellKnownSchema,
    wellKnown.WellKnownCodec,
    wellKnown.createWellKnown({
      timestamp: timestampFromMs(1_700_000_000_000),
      duration: { seconds: 3n },
      struct: { a: { b: [true] } },
      int64Value: 5n,
      status: { code: 5, message: "m", details: [{ typeUrl: "type.googleapis.com/x" }] },
    }),
  ),
  sample(
    clash.ObjectSchema,
    clash.ObjectCodec,
    clash.createObject({ constructor$: "c", hasOwnProperty: "h", case: { case: "default", value: "d" } }),
  ),
];

// What MessageCodec.encode may ask for beyond the message itself.
const encoderSlackBytes = 160;

test("encodeX and decodeX agree with toBinary and fromBinary", () => {
  for (const { schema, codec, message } of complete(samples)) {
    const bytes = toBinary(schema, message);
    const buffer = new Uint8Array(bytes.length + encoderSlackBytes);
    expect(codec.encode(buffer, message, 3), schema.typeName).toBe(3 + bytes.length);
    expect(buffer.subarray(3, 3 + bytes.length)).toEqual(bytes);
    const reader = new Reader(buffer, 3);
    const decoded = codec.decode(reader, 3 + bytes.length);
    expect(decoded).toEqual(message);
    expect(Object.getPrototypeOf(decoded)).toBe(Object.getPrototypeOf(message));
    expect(reader.position).toBe(3 + bytes.length);
    expect(codec.typeName).toBe(schema.typeName);
  }
});

test("toJson, fromJson, equals, clone, isMessage work on our messages", () => {
  for (const { schema, message } of complete(samples)) {
    if (schema.typeName !== "petrel.test.WellKnown") {
      expect(equals(schema, fromJson(schema, toJson(schema, message)), message), schema.typeName).toBe(true);
    }
    expect(equals(schema, clone(schema, message), message)).toBe(true);
    expect(equals(schema, fromBinary(schema, toBinary(schema, message)), message)).toBe(true);
    expect(isMessage(message, schema)).toBe(true);
  }
});

test("anyPack and a registry of our descriptors give the message back", () => {
  const packed = anyPack(user.UserSchema, user.createUser({ id: "u" }));
  const registry = createRegistry(user.file_petrel_test_user);
  expect(anyUnpack(packed, registry)).toEqual(create(user.UserSchema, { id: "u" }));
});

test("extensions of every kind are set and read", () => {
  const message = proto2.createExtendable();
  setExtension(message, proto2.nickname, "nick");
  setExtension(message, proto2.scores, [1n, 2n]);
  setExtension(message, proto2.Payload_payload, proto2.createPayload({ text: "t" }));
  setExtension(message, proto2.choice, proto2.Choice.SECOND);
  const copy = fromBinary(proto2.ExtendableSchema, toBinary(proto2.ExtendableSchema, message));
  expect(getExtension(copy, proto2.nickname)).toBe("nick");
  expect(getExtension(copy, proto2.scores)).toEqual([1n, 2n]);
  expect(getExtension(copy, proto2.Payload_payload).text).toBe("t");
  expect(getExtension(copy, proto2.choice)).toBe(2);
  expect(hasExtension(copy, proto2.Extendable_inside)).toBe(false);
  const reader = new Reader(toBinary(proto2.ExtendableSchema, message));
  expect(getExtension(proto2.decodeExtendable(reader, reader.end), proto2.nickname)).toBe("nick");
});

test("an option that a .proto sets on a field is read from its descriptor", () => {
  const options = wellKnown.MeasuredSchema.field.length.proto.options;
  expect(options && getExtension(options, wellKnown.unit)).toBe("m");
});

test("proto2 defaults are read from unset fields", () => {
  const message = proto2.createPresence();
  expect(message.withDefault).toBe('quote " and \\ and \n line');
  expect(message.choice).toBe(proto2.Choice.SECOND);
  expect(isFieldSet(message, proto2.PresenceSchema.field.withDefault)).toBe(false);
  message.withDefault = "set";
  expect(isFieldSet(message, proto2.PresenceSchema.field.withDefault)).toBe(true);
  clearField(message, proto2.PresenceSchema.field.withDefault);
  expect(message.withDefault).toBe('quote " and \\ and \n line');
});

test("decoding into a message merges", () => {
  const bytes = toBinary(user.UserSchema, user.createUser({ tags: ["b"], address: { city: "Ulm" } }));
  const into = user.createUser({ id: "u", tags: ["a"] });
  const reader = new Reader(bytes);
  expect(user.decodeUser(reader, bytes.length, into)).toBe(into);
  expect(into).toEqual(user.createUser({ id: "u", tags: ["a", "b"], address: { city: "Ulm" } }));
});

test("an enum is its values; the type of one value is Role.ADMIN", () => {
  const admin: user.Role.ADMIN = user.Role.ADMIN;
  expect(admin).toBe(1);
  expect(Object.keys(user.Role)).toEqual(["UNSPECIFIED", "ADMIN", "GUEST"]);
  expect(Aliased.FIRST).toBe(Aliased.ONE);
  expect(isUnknownEnum(user.RoleSchema, 77)).toBe(true);
});

test("enum values may be words of the language", () => {
  for (const value of WordsSchema.values) expect(Object.entries(Words)).toContainEqual([value.localName, value.number]);
});

test("fields may be words of the language", () => {
  // biome-ignore lint/suspicious/noThenProperty: a field may well be called so
  const fields = { hasOwnProperty: "h", toJson: "j", class: "c", then: "n", Proto: "p" };
  const object = clash.createObject({ ...fields, toString$: "t" });
  expect(toJson(clash.ObjectSchema, object)).toEqual({ ...fields, toString: "t" });
});

test("our names give way with a $ to those of protoc-gen-es", () => {
  expect(clash.createUser$({ init: {} })).toEqual({
    $typeName: "petrel.test.clash.User",
    init: { $typeName: "petrel.test.clash.UserInit" },
  });
  expect(clash.UserCodec$.typeName).toBe("petrel.test.clash.User");
  expect(clash.UserInitCodec.typeName).toBe("petrel.test.clash.UserInit");
});

test("a service's definition holds its methods and reaches its descriptor", () => {
  expect(Object.keys(userGrpc.UserService.methods)).toEqual([
    "getUser",
    "listUsers",
    "uploadEvents",
    "chat",
    "findUser",
  ]);
  expect(userGrpc.UserService.schema?.()).toBe(user.UserService);
  expect(userGrpc.UserService_getUser).toMatchObject({
    path: "/demo.v1.UserService/GetUser",
    shape: "unary",
    idempotency: "noSideEffects",
    request: user.GetUserRequestCodec,
    response: user.UserCodec,
  });
  expect(userGrpc.UserService_listUsers.shape).toBe("serverStreaming");
  expect(userGrpc.UserService_uploadEvents.shape).toBe("clientStreaming");
  expect(userGrpc.UserService_chat.shape).toBe("bidiStreaming");
  expect(userGrpc.UserService_findUser.idempotency).toBe("idempotent");
});

test("a service without a package has a path without one", () => {
  expect(Echo.methods.say?.path).toBe("/Echo/Say");
});

test("methods may be words of the language, of promises, and differ only in case", () => {
  const paths = Object.entries(clashGrpc.Service.methods).map(([local, { path }]) => [local, path.split("/")[2]]);
  expect(paths).toEqual([
    ["get", "Get"],
    ["get$", "get"],
    ["constructor$", "constructor"],
    ["toString$", "toString"],
    ["then$", "then"],
    ["catch$", "catch"],
    ["finally$", "finally"],
    ["class", "class"],
    ["__proto__", "__proto__"],
    ["channel", "channel"],
    ["delete", "delete"],
  ]);
  expect(Object.getPrototypeOf(clashGrpc.Service.methods)).toBe(Object.prototype);
});

/** Those whose required fields are all set, nested ones too. */
function complete(all: readonly Sample[]): Sample[] {
  return all.filter(({ schema }) => schema.typeName !== "petrel.test.proto2.Presence");
}
