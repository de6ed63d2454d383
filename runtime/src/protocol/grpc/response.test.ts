// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { fieldSection, lines } from "../../../test/support/field-section.js";
import { table } from "../../../test/support/tables.js";
import { Code } from "../../rpc/code.js";
import { Metadata } from "../../rpc/metadata.js";
import { okStatus, type Status } from "../../rpc/status.js";
import { grpcClient } from "./grpc-client.js";
import { grpcServer } from "./grpc-server.js";

const requestFields = [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/s/M"],
  [":authority", "h"],
] as const;
const request = grpcServer.readRequest(fieldSection(...requestFields, ["content-type", "application/grpc+proto"]));
const ok = [
  [":status", "200"],
  ["content-type", "application/grpc"],
] as const;
const detail = { $typeName: "google.protobuf.Any" as const, typeUrl: "t/demo.Reason", value: Uint8Array.of(1, 2, 3) };

describe("a gRPC response's head", () => {
  test("mirrors the content-type and names the codings", () => {
    expect(lines(grpcServer.responseHead(request, "gzip", "gzip,br", undefined))).toEqual([
      ":status: 200",
      "content-type: application/grpc+proto",
      "grpc-encoding: gzip",
      "grpc-accept-encoding: gzip,br",
    ]);
  });

  test("is the same frozen array each time without metadata", () => {
    const again = () => grpcServer.responseHead(request, "identity", "gzip", undefined);
    expect(again()).toBe(again());
    expect(Object.isFrozen(again())).toBe(true);
    expect(grpcServer.responseHead(request, "identity", "gzip", new Metadata())).toBe(again());
    expect(grpcServer.responseHead(request, "identity", "", undefined)).not.toBe(again());
  });

  test("carries metadata behind it, bytes as unpadded base64", () => {
    const headers = new Metadata({ "x-a": ["1", "2"], "x-bin": Uint8Array.of(0) });
    const fields = grpcServer.responseHead(request, "identity", "", headers);
    expect(lines(fields).slice(2)).toEqual(["x-a: 1", "x-a: 2", "x-bin: AA"]);
  });

  test("keeps back the protocol's names that forwarded metadata holds", () => {
    const headers = Metadata.received([
      ["user-agent", "grpc-go"],
      ["x-a", "1"],
      ["grpc-status", "0"],
      [":path", "/x"],
    ]);
    expect(lines(grpcServer.responseHead(request, "identity", "", headers)).slice(2)).toEqual(["x-a: 1"]);
  });

  test("is read back, once for each section", () => {
    const section = fieldSection(...ok, ["grpc-encoding", "gzip"], ["grpc-accept-encoding", "gzip, br"]);
    const head = grpcClient.readResponse(section, false, "proto");
    expect(head).toEqual({ kind: "headers", encoding: "gzip", acceptEncodings: ["gzip", "br"] });
    expect(grpcClient.readResponse(section, false, "proto")).toBe(head);
    expect(grpcClient.readResponse(section, false, "json").kind).toBe("failed");
    expect(grpcClient.readResponse(section, true, "proto").kind).toBe("trailersOnly");
  });

  test("ignores a grpc-status that messages follow", () => {
    const section = fieldSection(...ok, ["grpc-status", "5"]);
    expect(grpcClient.readResponse(section, false, "proto").kind).toBe("headers");
  });

  for (const row of table<{ httpStatus: string; code: keyof typeof Code; why: string }[]>("grpc/http-status.json")) {
    test(`HTTP status ${row.httpStatus} without grpc-status is ${row.code}: ${row.why}`, () => {
      const section = () => fieldSection([":status", row.httpStatus], ["content-type", "text/html"]);
      const open = grpcClient.readResponse(section(), false, "proto");
      const ended = grpcClient.readResponse(section(), true, "proto");
      expect(open).toMatchObject({ kind: "failed", status: { code: Code[row.code] } });
      expect(ended).toMatchObject({ kind: "trailersOnly", status: { code: Code[row.code] } });
    });
  }

  test("a grpc-status that ends the response wins over its HTTP status", () => {
    const section = fieldSection([":status", "503"], ["grpc-status", "7"], ["grpc-message", "no"]);
    expect(grpcClient.readResponse(section, true, "proto")).toMatchObject({
      kind: "trailersOnly",
      status: { code: Code.PERMISSION_DENIED, message: "no" },
    });
  });

  test.each([
    ["another content-type", "text/html", Code.UNKNOWN],
    ["gRPC-Web", "application/grpc-web", Code.UNKNOWN],
    ["another codec", "application/grpc+json", Code.INTERNAL],
    ["a codec nobody asked for", "application/grpc+thrift", Code.INTERNAL],
  ])("%s fails the call", (_, contentType, code) => {
    const section = fieldSection([":status", "200"], ["content-type", contentType]);
    expect(grpcClient.readResponse(section, false, "proto")).toMatchObject({ kind: "failed", status: { code } });
  });

  test("no content-type fails the call UNKNOWN, and bare application/grpc is not JSON", () => {
    const without = grpcClient.readResponse(fieldSection([":status", "200"]), false, "proto");
    expect(without).toMatchObject({ kind: "failed", status: { code: Code.UNKNOWN } });
    const bare = grpcClient.readResponse(fieldSection(...ok), false, "json");
    expect(bare).toMatchObject({ kind: "failed", status: { code: Code.INTERNAL } });
  });

  test("a -bin value that is not base64 fails the call INTERNAL, in headers and in trailers", () => {
    const head = grpcClient.readResponse(fieldSection(...ok, ["x-bin", "!"]), false, "proto");
    expect(head).toMatchObject({ kind: "failed", status: { code: Code.INTERNAL } });
    const status = grpcClient.readTrailers(fieldSection(["grpc-status", "0"], ["x-bin", "!"]));
    expect(status.code).toBe(Code.INTERNAL);
  });
});

describe("a gRPC response's trailers", () => {
  test("for OK are the same frozen array each time", () => {
    const fields = grpcServer.trailers(okStatus, undefined);
    expect(lines(fields)).toEqual(["grpc-status: 0"]);
    expect(grpcServer.trailers(okStatus, new Metadata())).toBe(fields);
    expect(Object.isFrozen(fields)).toBe(true);
  });

  test("carry code, message, details and metadata there and back", () => {
    const status: Status = { code: Code.NOT_FOUND, message: "no ☺ 100%", details: [detail] };
    const fields = grpcServer.trailers(status, new Metadata({ "x-a": "1" }));
    expect(lines(fields).slice(0, 2)).toEqual(["grpc-status: 5", "grpc-message: no %E2%98%BA 100%25"]);
    const section = fieldSection(...fields.map((field) => [field.name, field.value] as const));
    expect(grpcClient.readTrailers(section)).toEqual(status);
    expect(grpcClient.readTrailers(section)).toBe(grpcClient.readTrailers(section));
    expect([...grpcClient.metadataOf(section)]).toEqual([["x-a", "1"]]);
  });

  test("for OK are read as the one OK status", () => {
    expect(grpcClient.readTrailers(fieldSection(["grpc-status", "0"]))).toBe(okStatus);
  });

  for (const row of table<{ value: string; code: keyof typeof Code; why: string }[]>("grpc/grpc-status.json")) {
    test(`grpc-status ${JSON.stringify(row.value)} is ${row.code}: ${row.why}`, () => {
      const status = grpcClient.readTrailers(fieldSection(["grpc-status", row.value], ["grpc-message", "why"]));
      expect(status.code).toBe(Code[row.code]);
      expect(status.message).toContain("why");
    });
  }

  test("without grpc-status are UNKNOWN", () => {
    expect(grpcClient.readTrailers(fieldSection(["x-a", "1"]))).toMatchObject({ code: Code.UNKNOWN });
  });

  test.each(["!", "AA", "CBE"])("with details %j that cannot be read keep their status", (details) => {
    const section = fieldSection(["grpc-status", "5"], ["grpc-message", "m"], ["grpc-status-details-bin", details]);
    expect(grpcClient.readTrailers(section)).toEqual({ code: Code.NOT_FOUND, message: "m", details: [] });
  });

  test("never hold an application's own grpc-status-details-bin", () => {
    const forwarded = Metadata.received([["grpc-status-details-bin", Uint8Array.of(1)]]);
    const fields = grpcServer.trailers({ code: Code.NOT_FOUND, message: "m", details: [detail] }, forwarded);
    expect(fields.filter((field) => field.name === "grpc-status-details-bin").length).toBe(1);
  });
});

describe("Trailers-Only", () => {
  test("is one section that ends the call, read back with its metadata", () => {
    const status: Status = { code: Code.UNIMPLEMENTED, message: "no gzip", details: [] };
    const fields = grpcServer.trailersOnly(request, status, new Metadata({ "x-t": "2" }), "br");
    expect(lines(fields)).toEqual([
      ":status: 200",
      "content-type: application/grpc+proto",
      "grpc-accept-encoding: br",
      "grpc-status: 12",
      "grpc-message: no gzip",
      "x-t: 2",
    ]);
    const section = fieldSection(...fields.map((field) => [field.name, field.value] as const));
    expect(grpcClient.readResponse(section, true, "proto")).toEqual({ kind: "trailersOnly", status });
  });

  test("without grpc-status is UNKNOWN", () => {
    const head = grpcClient.readResponse(fieldSection(...ok), true, "proto");
    expect(head).toMatchObject({ kind: "trailersOnly", status: { code: Code.UNKNOWN } });
  });
});

describe("a reset call", () => {
  for (const row of table<{ errorCode: number; name: string; code: keyof typeof Code; why: string }[]>(
    "grpc/reset-codes.json",
  )) {
    test(`with ${row.name} is ${row.code}: ${row.why}`, () => {
      const status = grpcClient.resetStatus(row.errorCode);
      expect(status.code).toBe(Code[row.code]);
      expect(status.message).toContain(row.name);
    });
  }
});
