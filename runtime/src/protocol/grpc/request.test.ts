// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { fieldSection, lines } from "../../../test/support/field-section.js";
import { table } from "../../../test/support/tables.js";
import { Code } from "../../rpc/code.js";
import type { FieldSection } from "../../transport/exchange.js";
import { grpcServer } from "./grpc-server.js";

type Pair = readonly [name: string, value: string];

function request(overrides: Readonly<Record<string, string | undefined>> = {}, ...more: readonly Pair[]): FieldSection {
  const fields: Record<string, string | undefined> = {
    ":method": "POST",
    ":scheme": "http",
    ":path": "/demo.v1.UserService/GetUser",
    ":authority": "localhost:50051",
    te: "trailers",
    "content-type": "application/grpc",
    ...overrides,
  };
  const pairs = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return fieldSection(...pairs, ...more);
}

describe("a gRPC request's head", () => {
  test("says path, authority, codec, limit and codings", () => {
    const head = grpcServer.readRequest(
      request({ "grpc-timeout": "500m", "grpc-encoding": "gzip", "grpc-accept-encoding": "identity, gzip,deflate" }),
    );
    expect(head).toMatchObject({
      path: "/demo.v1.UserService/GetUser",
      authority: "localhost:50051",
      codec: "proto",
      contentType: "application/grpc",
      timeoutMs: 500,
      encoding: "gzip",
      acceptEncodings: ["gzip", "deflate"],
      refusal: undefined,
    });
  });

  test("has no limit and no codings when the client says none", () => {
    const head = grpcServer.readRequest(request());
    expect([head.timeoutMs, head.encoding, head.acceptEncodings, head.refusal]).toEqual([
      undefined,
      "identity",
      [],
      undefined,
    ]);
  });

  test("is read once for each section", () => {
    const section = request();
    expect(grpcServer.readRequest(section)).toBe(grpcServer.readRequest(section));
    expect(grpcServer.readRequest(request())).not.toBe(grpcServer.readRequest(section));
  });

  test("joins several grpc-accept-encoding fields", () => {
    const section = request({}, ["grpc-accept-encoding", "gzip"], ["grpc-accept-encoding", "br"]);
    expect(grpcServer.readRequest(section).acceptEncodings).toEqual(["gzip", "br"]);
  });

  test(":authority wins over host, host stands in for it, and neither is an empty name (gRFC A41)", () => {
    const authorityOf = (overrides: Record<string, string | undefined>) =>
      grpcServer.readRequest(request(overrides)).authority;
    expect(authorityOf({ host: "other" })).toBe("localhost:50051");
    expect(authorityOf({ ":authority": undefined, host: "other" })).toBe("other");
    expect(authorityOf({ ":authority": undefined })).toBe("");
  });

  for (const row of table<{ value: string; canonical: string | null; codec: string | null; why: string }[]>(
    "grpc/content-types.json",
  )) {
    test(`content-type ${JSON.stringify(row.value)} is ${row.canonical ?? "refused"}: ${row.why}`, () => {
      const head = grpcServer.readRequest(request({ "content-type": row.value }));
      if (row.canonical !== null) {
        expect([head.contentType, head.codec, head.refusal]).toEqual([row.canonical, row.codec, undefined]);
      } else {
        expect(lines(head.refusal?.fields ?? [])).toContain(":status: 415");
        expect(head.refusal?.status.code).toBe(Code.UNKNOWN);
      }
    });
  }

  test("without a content-type it is refused 415", () => {
    const refusal = grpcServer.readRequest(request({ "content-type": undefined })).refusal;
    expect(lines(refusal?.fields ?? [])).toEqual([":status: 415", "content-type: text/plain; charset=utf-8"]);
    expect(new TextDecoder().decode(refusal?.body)).toBe(
      "content-type is absent, expected application/grpc, application/grpc+proto or application/grpc+json\n",
    );
  });

  test("with another method than POST it is refused 405", () => {
    const refusal = grpcServer.readRequest(request({ ":method": "GET" })).refusal;
    expect(lines(refusal?.fields ?? [])).toEqual([
      ":status: 405",
      "content-type: text/plain; charset=utf-8",
      "allow: POST",
    ]);
    expect(new TextDecoder().decode(refusal?.body)).toBe("method is GET, gRPC is POST\n");
  });

  test.each(["demo.v1.UserService/GetUser", "/GetUser", "/", "//GetUser", "/demo.v1.UserService/", "*", ""])(
    "the path %j is refused UNIMPLEMENTED",
    (path) => {
      const refusal = grpcServer.readRequest(request({ ":path": path })).refusal;
      expect(refusal?.status).toMatchObject({ code: Code.UNIMPLEMENTED, message: `unknown method ${path}` });
      expect(refusal?.fields[0]).toMatchObject({ name: ":status", value: "200" });
    },
  );

  test.each([
    ["a malformed grpc-timeout", { "grpc-timeout": "1.5S" }, 'malformed grpc-timeout "1.5S"'],
    ["a -bin value that is not base64", { "trace-bin": "!" }, 'metadata "trace-bin" is not base64'],
  ])("%s is refused INTERNAL", (_, overrides, message) => {
    const refusal = grpcServer.readRequest(request(overrides)).refusal;
    expect(refusal?.status).toMatchObject({ code: Code.INTERNAL, message });
  });

  test("two host fields are refused 400", () => {
    const refusal = grpcServer.readRequest(request({}, ["host", "a"], ["host", "b"])).refusal;
    expect(lines(refusal?.fields ?? [])).toContain(":status: 400");
  });

  test("its metadata hides the protocol's names but user-agent and grpc-previous-rpc-attempts", () => {
    const section = request(
      { "user-agent": "grpc-node/1.0", "grpc-timeout": "1S", "grpc-trace-bin": "!", "grpc-previous-rpc-attempts": "2" },
      ["x-tenant", "a"],
      ["x-tenant", "b"],
      ["trace-bin", "AAE,Ag=="],
    );
    expect(grpcServer.readRequest(section).refusal).toBeUndefined();
    expect([...grpcServer.metadataOf(section)]).toEqual([
      ["user-agent", "grpc-node/1.0"],
      ["grpc-previous-rpc-attempts", "2"],
      ["x-tenant", "a"],
      ["x-tenant", "b"],
      ["trace-bin", Uint8Array.of(0, 1)],
      ["trace-bin", Uint8Array.of(2)],
    ]);
    expect(grpcServer.metadataOf(section)).not.toBe(grpcServer.metadataOf(section));
  });

  for (const row of table<{ value: string; values: string[] | null; why: string }[]>("grpc/binary-metadata.json")) {
    test(`the -bin value ${JSON.stringify(row.value)} is ${row.values === null ? "refused" : "read"}: ${row.why}`, () => {
      const section = request({ "x-bin": row.value });
      expect(grpcServer.readRequest(section).refusal === undefined).toBe(row.values !== null);
      if (row.values === null) return;
      const values = grpcServer.metadataOf(section).getAll("x-bin");
      expect(values.map((value) => Buffer.from(value).toString("hex"))).toEqual(row.values);
    });
  }
});
