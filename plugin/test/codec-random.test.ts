// SPDX-License-Identifier: Apache-2.0
// Random messages of every golden type: the bytes of protobuf-es, the same message back; cut, and cramped.
import { type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import type { MessageCodec } from "petrel/codegen";
import { describe, expect, test } from "vitest";
import { fromBytes, toBytes } from "../../runtime/src/rpc/bytes.js";
import { randomMessage } from "../../runtime/test/fuzz-codec/random-message.js";
import { isSameMessage } from "../../runtime/test/fuzz-codec/same-message.js";
import { expectNoOverrun, readPoisoned } from "../../runtime/test/support/poison.js";
import { Random } from "../../runtime/test/support/random.js";
import * as editions from "../../testdata/golden/default/petrel/test/editions2023_pb.js";
import * as editions2024 from "../../testdata/golden/default/petrel/test/editions2024_pb.js";
import * as maps from "../../testdata/golden/default/petrel/test/maps_pb.js";
import * as clash from "../../testdata/golden/default/petrel/test/name_clash_pb.js";
import * as nesting from "../../testdata/golden/default/petrel/test/nesting_pb.js";
import * as oneofs from "../../testdata/golden/default/petrel/test/oneofs_pb.js";
import * as proto2 from "../../testdata/golden/default/petrel/test/proto2_pb.js";
import * as scalars from "../../testdata/golden/default/petrel/test/scalars_pb.js";
import * as user from "../../testdata/golden/default/petrel/test/user_pb.js";
import * as wellKnown from "../../testdata/golden/default/petrel/test/well_known_pb.js";

type AnyCodec = MessageCodec<Message, Message>;

const types: readonly (readonly [string, DescMessage, AnyCodec])[] = [
  subject(scalars.ScalarsSchema, scalars.ScalarsCodec),
  subject(scalars.OptionalScalarsSchema, scalars.OptionalScalarsCodec),
  subject(scalars.RepeatedScalarsSchema, scalars.RepeatedScalarsCodec),
  subject(scalars.EmptySchema, scalars.EmptyCodec),
  subject(maps.MapsSchema, maps.MapsCodec),
  subject(oneofs.OneofsSchema, oneofs.OneofsCodec),
  subject(nesting.NodeSchema, nesting.NodeCodec),
  subject(proto2.ChoicesSchema, proto2.ChoicesCodec),
  subject(proto2.ExtendableSchema, proto2.ExtendableCodec),
  subject(editions.ExplicitSchema, editions.ExplicitCodec),
  subject(editions.ImplicitSchema, editions.ImplicitCodec),
  subject(editions2024.DocumentSchema, editions2024.DocumentCodec),
  subject(user.UserSchema, user.UserCodec),
  subject(wellKnown.WellKnownSchema, wellKnown.WellKnownCodec),
  subject(clash.ObjectSchema, clash.ObjectCodec),
];

describe.each(types)("%s", (_, schema, codec) => {
  const random = new Random(29);
  const messages = Array.from({ length: 120 }, () => randomMessage(schema, random, new Map()));

  test("is written byte by byte as by protobuf-es, and read back the same", () => {
    for (const message of messages) {
      const bytes = toBinary(schema, message);
      expect(toBytes(codec, message)).toEqual(bytes);
      const read = fromBytes(codec, bytes);
      // Not the random message: a lone surrogate has become U+FFFD.
      const expected = fromBinary(schema, bytes);
      if (!isSameMessage(read, expected)) expect(read).toEqual(expected);
      // Not the same bytes: two keys with lone surrogates have become one.
      expect(toBytes(codec, read)).toEqual(toBinary(schema, expected));
    }
  });

  test("is merged as by protobuf-es: one message's bytes behind another's", () => {
    for (let i = 1; i < messages.length; i += 2) {
      const both = Uint8Array.of(...bytesOf(messages[i - 1] as Message), ...bytesOf(messages[i] as Message));
      const read = fromBytes(codec, both);
      if (!isSameMessage(read, fromBinary(schema, both))) expect(read).toEqual(fromBinary(schema, both));
    }
  });

  test("cut at every offset, is an error or, between two fields, a message of fewer fields", () => {
    for (const message of messages.filter((one) => bytesOf(one).length < 300).slice(0, 8)) {
      const bytes = bytesOf(message);
      const boundaries = fieldEnds(bytes);
      for (let end = 0; end < bytes.length; end++) {
        const part = bytes.subarray(0, end);
        const { value, error } = readPoisoned(part, (reader, to) => codec.decode(reader, to));
        expect(error === undefined, `cut at ${end} of ${bytes.length}: ${error}`).toBe(boundaries.has(end));
        if (value !== undefined && !isSameMessage(value, fromBinary(schema, part))) {
          expect(value).toEqual(fromBinary(schema, part));
        }
      }
    }
  });

  test("in a buffer too small overflows, and nothing is written past its end", () => {
    for (const message of messages.filter((one) => bytesOf(one).length < 400).slice(0, 4)) {
      expectNoOverrun((buffer, at) => codec.encode(buffer, message, at), bytesOf(message));
    }
  });

  test("with an octet changed is a message or an error, the same whatever lies behind, and what is read can be written", () => {
    let read = 0;
    for (const message of messages.filter((one) => bytesOf(one).length > 0)) {
      const bytes = bytesOf(message).slice(0, 2000);
      bytes[random.below(bytes.length)] = random.below(256);
      const { value } = readPoisoned(bytes, (reader, end) => codec.decode(reader, end));
      if (value === undefined) continue;
      read++;
      const again = toBytes(codec, value);
      expect(toBytes(codec, fromBytes(codec, again))).toEqual(again);
    }
    if (schema.fields.length > 0) expect(read).toBeGreaterThan(0);
  });

  function bytesOf(message: Message): Uint8Array {
    return toBinary(schema, message);
  }
});

function subject<T extends Message>(
  schema: DescMessage,
  codec: MessageCodec<T, never>,
): readonly [string, DescMessage, AnyCodec] {
  return [schema.typeName, schema, codec as unknown as AnyCodec];
}

/** Where the fields of a message begin and end, by protobuf-es's reader. */
function fieldEnds(bytes: Uint8Array): Set<number> {
  const ends = new Set([0]);
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [no, wireType] = reader.tag();
    reader.skip(wireType, no);
    ends.add(reader.pos);
  }
  return ends;
}
