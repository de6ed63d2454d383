// SPDX-License-Identifier: Apache-2.0
// The goldens of codec=size and codec=none, run beside those of codec=speed.
import { create, type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { type MessageCodec, Reader } from "petrel/codegen";
import { describe, expect, test } from "vitest";
import { fromBytes, toBytes } from "../../runtime/src/rpc/bytes.js";
import { randomMessage } from "../../runtime/test/fuzz-codec/random-message.js";
import { Random } from "../../runtime/test/support/random.js";
import * as noneEditions from "../../testdata/golden/codec-none/petrel/test/editions2023_pb.js";
import * as noneMaps from "../../testdata/golden/codec-none/petrel/test/maps_pb.js";
import * as noneNesting from "../../testdata/golden/codec-none/petrel/test/nesting_pb.js";
import * as noneOneofs from "../../testdata/golden/codec-none/petrel/test/oneofs_pb.js";
import * as noneProto2 from "../../testdata/golden/codec-none/petrel/test/proto2_pb.js";
import * as sizeEditions from "../../testdata/golden/codec-size/petrel/test/editions2023_pb.js";
import * as sizeMaps from "../../testdata/golden/codec-size/petrel/test/maps_pb.js";
import * as sizeNesting from "../../testdata/golden/codec-size/petrel/test/nesting_pb.js";
import * as sizeOneofs from "../../testdata/golden/codec-size/petrel/test/oneofs_pb.js";
import * as sizeProto2 from "../../testdata/golden/codec-size/petrel/test/proto2_pb.js";
import * as sizeScalars from "../../testdata/golden/codec-size/petrel/test/scalars_pb.js";
import { UserService } from "../../testdata/golden/codec-size/petrel/test/user_grpc.js";
import { UserCodec } from "../../testdata/golden/codec-size/petrel/test/user_pb.js";
import * as editions from "../../testdata/golden/default/petrel/test/editions2023_pb.js";
import * as maps from "../../testdata/golden/default/petrel/test/maps_pb.js";
import * as nesting from "../../testdata/golden/default/petrel/test/nesting_pb.js";
import * as oneofs from "../../testdata/golden/default/petrel/test/oneofs_pb.js";
import * as proto2 from "../../testdata/golden/default/petrel/test/proto2_pb.js";
import * as scalars from "../../testdata/golden/default/petrel/test/scalars_pb.js";
import { plugin } from "../src/plugin.js";
import { requestForText } from "./support/compile.js";

type AnyCodec = MessageCodec<Message, object>;
const pairs: readonly (readonly [DescMessage, unknown, unknown])[] = [
  [editions.ExplicitSchema, editions.ExplicitCodec, sizeEditions.ExplicitCodec],
  [maps.MapsSchema, maps.MapsCodec, sizeMaps.MapsCodec],
  [nesting.NodeSchema, nesting.NodeCodec, sizeNesting.NodeCodec],
  [oneofs.OneofsSchema, oneofs.OneofsCodec, sizeOneofs.OneofsCodec],
  [proto2.ExtendableSchema, proto2.ExtendableCodec, sizeProto2.ExtendableCodec],
  [proto2.LegacySetSchema, proto2.LegacySetCodec, sizeProto2.LegacySetCodec],
  [scalars.RepeatedScalarsSchema, scalars.RepeatedScalarsCodec, sizeScalars.RepeatedScalarsCodec],
];

describe("codec=size", () => {
  test.each(pairs)("%s is written and read as by codec=speed", (schema, speed, size) => {
    const random = new Random(23);
    for (let round = 0; round < 60; round++) {
      const message = randomMessage(schema, random, new Map());
      const bytes = toBytes(speed as AnyCodec, message);
      expect(toBytes(size as AnyCodec, message)).toEqual(bytes);
      expect(fromBytes(size as AnyCodec, bytes)).toEqual(fromBytes(speed as AnyCodec, bytes));
    }
  });

  test("takes an init, and refuses what is no message by the same words", () => {
    const buffer = new Uint8Array(200);
    const end = sizeMaps.encodeMaps(buffer, { byBool: { true: "y" }, toMessage: { k: { int32Field: 3 } } }, 0);
    expect(buffer.slice(0, end)).toEqual(
      toBytes(maps.MapsCodec, { byBool: { true: "y" }, toMessage: { k: { int32Field: 3 } } }),
    );
    for (const encode of [maps.encodeMaps, sizeMaps.encodeMaps]) {
      expect(() => encode(buffer, undefined as never, 0)).toThrow(
        "petrel.test.Maps: expected a message, got undefined",
      );
      expect(() => encode(buffer, { $typeName: "petrel.test.Oneofs" } as never, 0)).toThrow("got a petrel.test.Oneofs");
    }
  });

  test("has services, whose methods hold the codecs", () => {
    expect(UserService.methods.getUser?.response).toBe(UserCodec);
  });
});

describe("codec=none", () => {
  test("leaves out codecs, not messages", () => {
    const modules = { noneEditions, noneMaps, noneNesting, noneOneofs, noneProto2 };
    for (const [name, module] of Object.entries(modules)) {
      expect(
        Object.keys(module).filter((key) => /^(encode|decode)|Codec$/.test(key)),
        name,
      ).toEqual([]);
      expect(
        Object.keys(module).some((key) => key.startsWith("create")),
        name,
      ).toBe(true);
    }
    const made = noneMaps.createMaps({ byInt32: { 1: "a" } });
    expect(made).toEqual(create(noneMaps.MapsSchema, { byInt32: { 1: "a" } }));
    expect(fromBinary(noneMaps.MapsSchema, toBinary(noneMaps.MapsSchema, made))).toEqual(made);
    expect(noneProto2.createPresence().choice).toBe(noneProto2.Choice.SECOND);
  });

  test("with a service is refused, and what to do is said", async () => {
    const request = await requestForText(
      { "a.proto": 'syntax = "proto3"; package a; message M {} service Echo { rpc Say(M) returns (M); }' },
      "codec=none",
    );
    expect(plugin.run(request).error).toBe(
      "a.proto: option codec=none leaves out what service a.Echo is called with, use codec=size or codec=speed",
    );
  });
});

describe("a MessageSet", () => {
  test("goes by the schema, also with codec=speed", () => {
    const set = create(proto2.LegacySetSchema);
    set.$unknown = [{ no: 7, wireType: 2, data: Uint8Array.of(2, 8, 1) }];
    const bytes = toBytes(proto2.LegacySetCodec, set);
    expect(bytes).toEqual(toBinary(proto2.LegacySetSchema, set));
    expect(fromBytes(proto2.LegacySetCodec, bytes)).toEqual(set);
    expect(proto2.encodeLegacySet.toString()).toContain("encodeWithSchema");
  });

  test("lies in other messages, also as a list and merged", async () => {
    const { file } = plugin.run(
      await requestForText({
        "a.proto":
          'syntax = "proto2"; package a; message Set { option message_set_wire_format = true; extensions 4 to max; } message Holder { optional Set one = 1; repeated Set many = 2; }',
      }),
    );
    const text = file[0]?.content ?? "";
    expect(text).toContain("message.one = decodeSet(reader, reader.enter(), message.one);");
    expect(text).toContain("message.many.push(decodeSet(reader, reader.enter()));");
    expect(text).toContain("return decodeWithSchema(SetSchema, reader, end, into);");
  });

  test("that is cut short is an error", () => {
    expect(() => proto2.decodeLegacySet(new Reader(Uint8Array.of(58, 3, 1)), 3)).toThrow();
  });
});
