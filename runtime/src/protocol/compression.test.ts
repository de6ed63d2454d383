// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Code } from "../rpc/code.js";
import type { Compressor } from "../rpc/compression.js";
import { requestCoding, resolveCompression, responseCoding, responseCompressor } from "./compression.js";

const compressor = (name: string): Compressor => ({ name, compress: (bytes) => bytes, decompress: (bytes) => bytes });
const gzip = compressor("gzip");
const br = compressor("br");
const platform = [gzip, br];

describe("the compression option", () => {
  test("absent: everything is accepted, nothing is sent compressed", () => {
    expect(resolveCompression(undefined, platform)).toEqual({
      accept: platform,
      acceptEncodings: "gzip,br",
      send: undefined,
      minBytes: 1024,
    });
  });

  test("narrows what is accepted, in its own order, and names what is sent", () => {
    const settings = resolveCompression(
      { accept: ["br", "identity", "gzip", "br"], send: "gzip", minBytes: 0 },
      platform,
    );
    expect(settings).toEqual({ accept: [br, gzip], acceptEncodings: "br,gzip", send: gzip, minBytes: 0 });
    expect(resolveCompression({ accept: [] }, platform).acceptEncodings).toBe("");
    expect(resolveCompression({ send: "identity" }, platform).send).toBeUndefined();
  });

  test.each([
    [{ send: "zstd" }, 'unknown compression "zstd": this platform has gzip, br, identity'],
    [{ accept: ["snappy"] }, 'unknown compression "snappy": this platform has gzip, br, identity'],
    [{ accept: "gzip" as never }, "compression.accept must be a list of codings, got string"],
    [{ minBytes: -1 }, "compression.minBytes must be a number of bytes, 0 or more, got -1"],
    [{ minBytes: Number.NaN }, "compression.minBytes must be a number of bytes, 0 or more, got NaN"],
    [{ level: 9 } as never, "unknown option compression.level, expected accept, send or minBytes"],
  ])("%j is refused at construction", (option, message) => {
    expect(() => resolveCompression(option, platform)).toThrow(message);
  });
});

describe("codings", () => {
  const settings = resolveCompression({ accept: ["gzip"], send: "gzip" }, platform);

  test("a server compresses only with what the client accepts", () => {
    expect(responseCompressor(settings.send, ["br", "gzip"])).toBe(gzip);
    expect(responseCompressor(settings.send, ["br"])).toBeUndefined();
    expect(responseCompressor(undefined, ["gzip"])).toBeUndefined();
  });

  test("an accepted coding is found, identity needs none", () => {
    expect(requestCoding("gzip", settings)).toEqual({ kind: "compressor", compressor: gzip });
    expect(requestCoding("identity", settings)).toEqual({ kind: "identity" });
    expect(responseCoding("gzip", settings)).toEqual({ kind: "compressor", compressor: gzip });
  });

  test("a request's unknown coding is UNIMPLEMENTED beside a list without it", () => {
    expect(requestCoding("br", settings)).toEqual({
      kind: "unknown",
      status: {
        code: Code.UNIMPLEMENTED,
        message: 'unknown compression "br": server accepts gzip, identity',
        details: [],
      },
      acceptEncodings: "gzip",
    });
    const none = resolveCompression({ accept: [] }, platform);
    expect(requestCoding("gzip", none)).toMatchObject({ kind: "unknown", acceptEncodings: "identity" });
  });

  test("a response's unknown coding is INTERNAL", () => {
    expect(responseCoding("zstd", settings)).toMatchObject({ kind: "unknown", status: { code: Code.INTERNAL } });
  });
});
