// SPDX-License-Identifier: Apache-2.0
import { create, createFileRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AnySchema,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { Random } from "../../../test/support/random.js";
import type { Status } from "../../rpc/status.js";
import { decodeStatusDetails, encodeStatusDetails } from "./status-details.js";

const field = (name: string, number: number, type: FieldDescriptorProto_Type, repeated = false, typeName = "") => ({
  name,
  number,
  type,
  typeName,
  label: repeated ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
});
const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: "google/rpc/status.proto",
    package: "google.rpc",
    syntax: "proto3",
    dependency: ["google/protobuf/any.proto"],
    messageType: [
      {
        name: "Status",
        field: [
          field("code", 1, FieldDescriptorProto_Type.INT32),
          field("message", 2, FieldDescriptorProto_Type.STRING),
          field("details", 3, FieldDescriptorProto_Type.MESSAGE, true, ".google.protobuf.Any"),
        ],
      },
    ],
  }),
  () => file_google_protobuf_any,
);
const StatusSchema = registry.getMessage("google.rpc.Status");
if (StatusSchema === undefined) throw new Error("google.rpc.Status was not built");

function randomStatus(random: Random): Status {
  const details = Array.from({ length: random.below(4) }, () =>
    create(AnySchema, {
      typeUrl: random.text(random.below(30)).toWellFormed(),
      value: random.bytes(random.below(300)),
    }),
  );
  return { code: random.pick([0, 5, 16]), message: random.text(random.below(50)).toWellFormed(), details };
}

describe("grpc-status-details-bin", () => {
  test("has the bytes protobuf-es writes for google.rpc.Status, and both read them alike", () => {
    const random = new Random(7);
    for (let i = 0; i < 200; i++) {
      const status = randomStatus(random);
      const bytes = encodeStatusDetails(status);
      expect(bytes).toEqual(toBinary(StatusSchema, create(StatusSchema, status as never)));
      expect(decodeStatusDetails(bytes)).toEqual(status);
      expect(fromBinary(StatusSchema, bytes)).toMatchObject({ message: status.message });
    }
  });

  test("bytes cut at each offset are read or refused, never thrown on", () => {
    const bytes = encodeStatusDetails(randomStatus(new Random(12)));
    let refused = 0;
    for (let end = 0; end < bytes.length; end++)
      if (decodeStatusDetails(bytes.subarray(0, end)) === undefined) refused++;
    expect(bytes.length).toBeGreaterThan(50);
    expect(refused).toBeGreaterThan(bytes.length / 2);
  });

  test("random bytes are read or refused, never thrown on", () => {
    const random = new Random(8);
    for (let i = 0; i < 2000; i++) {
      const status = decodeStatusDetails(random.bytes(random.below(40)));
      if (status !== undefined) expect(status.code).toBeLessThanOrEqual(16);
    }
  });

  test.each([
    ["fields nobody knows are skipped", "0805 2801 3a0161 6d00000000 710000000000000000", 5],
    ["a negative code, ten octets long, is refused", "08ffffffffffffffffff01", undefined],
    ["a code past 16 is refused", "0811", undefined],
    ["a length past the end is refused", "12ffffffff0f61", undefined],
    ["a varint without end is refused", "08ffffffffffffffffffffff", undefined],
    ["a group is refused", "0b0c", undefined],
    ["field number 0 is refused", "0001", undefined],
    ["a fixed field past the end is refused", "0d0000", undefined],
    ["a detail with malformed bytes is refused", "1a020aff", undefined],
  ])("%s", (_, hex, code) => {
    const bytes = Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
    expect(decodeStatusDetails(bytes)?.code).toBe(code);
  });
});
