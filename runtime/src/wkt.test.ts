// SPDX-License-Identifier: Apache-2.0
import { create, equals, toBinary } from "@bufbuild/protobuf";
import * as protobufWkt from "@bufbuild/protobuf/wkt";
import { anyPack, anyUnpack, TimestampSchema, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import type { MessageCodec } from "./rpc/message-codec.js";
import { Reader } from "./wire/reader.js";
import * as wkt from "./wkt.js";

test("every message of protobuf-es's well-known types has its functions and its codec", () => {
  const messages = Object.entries(protobufWkt).filter(
    ([name, value]) => name.endsWith("Schema") && (value as { kind?: string }).kind === "message",
  );
  expect(messages.length).toBeGreaterThan(60);
  for (const [schema] of messages) {
    const name = schema.slice(0, -"Schema".length);
    for (const exported of [`create${name}`, `encode${name}`, `decode${name}`, `${name}Codec`]) {
      expect(wkt, exported).toHaveProperty(exported);
    }
  }
});

// The only well-known message with required fields: empty, it is refused.
const withRequiredFields = ["google.protobuf.UninterpretedOption.NamePart"];

test("each codec writes an empty message as no bytes and reads it back complete", () => {
  for (const [name, value] of Object.entries(wkt).filter(([name]) => name.endsWith("Codec"))) {
    const codec = value as unknown as MessageCodec<object>;
    if (withRequiredFields.includes(codec.typeName)) continue;
    const buffer = new Uint8Array(4);
    expect(codec.encode(buffer, {}, 1), name).toBe(1);
    expect(codec.decode(new Reader(buffer, 1, 1), 1), name).toMatchObject({ $typeName: codec.typeName });
  }
});

test("a Timestamp is protobuf-es's own", () => {
  const date = new Date("2026-01-02T03:04:05.678Z");
  const bytes = new Uint8Array(32);
  const end = wkt.encodeTimestamp(bytes, timestampFromDate(date), 0);
  expect(bytes.subarray(0, end)).toEqual(toBinary(TimestampSchema, timestampFromDate(date)));
  const decoded = wkt.decodeTimestamp(new Reader(bytes, 0, end), end);
  expect(timestampDate(decoded)).toEqual(date);
  expect(equals(TimestampSchema, decoded, timestampFromDate(date))).toBe(true);
});

test("a google.rpc.Status carries typed details", () => {
  const info = wkt.createErrorInfo({ reason: "QUOTA", domain: "example.com", metadata: { limit: "5" } });
  const status = wkt.createStatus({
    code: wkt.Code.RESOURCE_EXHAUSTED,
    details: [
      anyPack(wkt.ErrorInfoSchema, info),
      anyPack(wkt.RetryInfoSchema, wkt.createRetryInfo({ retryDelay: { seconds: 3n } })),
    ],
  });
  const buffer = new Uint8Array(256);
  const end = wkt.encodeStatus(buffer, status, 0);
  const decoded = wkt.decodeStatus(new Reader(buffer, 0, end), end);
  expect(decoded.details.map((detail) => detail.typeUrl)).toEqual([
    "type.googleapis.com/google.rpc.ErrorInfo",
    "type.googleapis.com/google.rpc.RetryInfo",
  ]);
  expect(anyUnpack(decoded.details[0] as wkt.Any, wkt.ErrorInfoSchema)).toEqual(create(wkt.ErrorInfoSchema, info));
});

const rpcMessages =
  "Status ErrorInfo BadRequest RetryInfo DebugInfo QuotaFailure PreconditionFailure RequestInfo ResourceInfo Help LocalizedMessage";
test(`google.rpc is here: ${rpcMessages}`, () => {
  for (const name of rpcMessages.split(" ")) {
    expect((wkt as Record<string, { typeName?: string }>)[`${name}Codec`]?.typeName).toBe(`google.rpc.${name}`);
  }
});
