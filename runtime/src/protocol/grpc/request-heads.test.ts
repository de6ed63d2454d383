// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { fieldSection, lines } from "../../../test/support/field-section.js";
import { Metadata } from "../../rpc/metadata.js";
import type { RequestTarget } from "../protocol.js";
import { grpcClient } from "./grpc-client.js";
import { grpcServer } from "./grpc-server.js";

const target: RequestTarget = {
  scheme: "https",
  authority: "users.internal",
  codec: "proto",
  userAgent: "grpc-petrel/0.1.0",
  acceptEncodings: "gzip,deflate",
};
const path = "/demo.v1.UserService/GetUser";

describe("a client's request head", () => {
  test("has the reserved fields, the timeout right after them, then metadata (gRPC HTTP2: Requests)", () => {
    const heads = grpcClient.requestHeads(target);
    const metadata = new Metadata({ "x-a": "1", "x-bin": Uint8Array.of(0xfb) });
    const fields = heads.fields(path, "gzip", 1000, metadata, new Metadata({ authorization: "Bearer t" }));
    expect(lines(fields)).toEqual([
      ":method: POST",
      ":scheme: https",
      `:path: ${path}`,
      ":authority: users.internal",
      "grpc-timeout: 1000000u",
      "te: trailers",
      "content-type: application/grpc",
      "grpc-encoding: gzip",
      "grpc-accept-encoding: gzip,deflate",
      "user-agent: grpc-petrel/0.1.0",
      "x-a: 1",
      "x-bin: +w",
      "authorization: Bearer t",
    ]);
    expect(fields.filter((field) => field.sensitive).map((field) => field.name)).toEqual(["authorization"]);
  });

  test("is the same frozen array each time without timeout and metadata", () => {
    const heads = grpcClient.requestHeads(target);
    const again = () => heads.fields(path, "identity", undefined, undefined, undefined);
    expect(again()).toBe(again());
    expect(Object.isFrozen(again())).toBe(true);
    expect(heads.fields(path, "identity", Number.POSITIVE_INFINITY, undefined, undefined)).toBe(again());
    expect(heads.fields(path, "gzip", undefined, undefined, undefined)).not.toBe(again());
  });

  test("leaves out codings nobody asked for and names JSON", () => {
    const heads = grpcClient.requestHeads({ ...target, codec: "json", acceptEncodings: "" });
    const fields = lines(heads.fields(path, "identity", undefined, undefined, undefined));
    expect(fields).toContain("content-type: application/grpc+json");
    expect(fields.some((line) => line.startsWith("grpc-"))).toBe(false);
  });

  test("reuses the fields of one channel between methods, which the HPACK encoder finds by identity", () => {
    const heads = grpcClient.requestHeads(target);
    const one = heads.fields("/s/A", "identity", undefined, undefined, undefined);
    const two = heads
      .fields("/s/B", "identity", 5, undefined, undefined)
      .filter((field) => field.name !== "grpc-timeout");
    const different = one.filter((field, i) => field !== two[i]).map((field) => field.name);
    expect(different).toEqual([":path"]);
  });

  test("forgets methods past 1024 and goes on", () => {
    const heads = grpcClient.requestHeads(target);
    for (let i = 0; i < 3000; i++) {
      const fields = heads.fields(`/s/M${i}`, "identity", undefined, undefined, undefined);
      expect(fields[2].value).toBe(`/s/M${i}`);
    }
  });

  test("is what a server reads", () => {
    const fields = grpcClient.requestHeads(target).fields(path, "gzip", 1500, undefined, undefined);
    const head = grpcServer.readRequest(fieldSection(...fields.map((field) => [field.name, field.value] as const)));
    expect(head).toMatchObject({
      path,
      timeoutMs: 1500,
      encoding: "gzip",
      acceptEncodings: ["gzip", "deflate"],
      authority: "users.internal",
      refusal: undefined,
    });
  });
});
