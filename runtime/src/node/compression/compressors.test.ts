// SPDX-License-Identifier: Apache-2.0
import * as zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { runtimeName } from "../../../test/runtimes/runtime-name.js";
import { type Encoding, MessageTooLargeError } from "../../rpc/compression.js";
import { nodeCompressors } from "./compressors.js";

const lengths = [0, 1, 5_000, 8_193, 50_000];
const message = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 7) % 251);

describe.each(nodeCompressors.map((compressor) => ({ name: compressor.name, compressor })))(
  "$name",
  ({ compressor }) => {
    // A compressor may fail at once or by its promise.
    const decompress = async (bytes: Uint8Array, maxBytes: number) => compressor.decompress(bytes, maxBytes);

    test.each(lengths)("%i bytes come back, as plain arrays, at exactly the limit", async (length) => {
      const compressed = await compressor.compress(message(length));
      expect(compressed.constructor).toBe(Uint8Array);
      expect(await decompress(compressed, length)).toStrictEqual(message(length));
    });

    test.each(lengths.slice(1))("%i bytes are too large for a limit of one less", async (length) => {
      const compressed = await compressor.compress(message(length));
      await expect(decompress(compressed, length - 1)).rejects.toBeInstanceOf(MessageTooLargeError);
    });

    test("small work is done at once, large work elsewhere", async () => {
      expect(compressor.compress(message(8_192))).toBeInstanceOf(Uint8Array);
      const large = compressor.compress(message(8_193));
      expect(large).toBeInstanceOf(Promise);
      await large;
    });

    test("a small message inflates at once where the limit on its output bounds the work, which br's does not", async () => {
      const inflated = compressor.decompress(await compressor.compress(message(100)), 1_000);
      expect(inflated instanceof Promise).toBe(compressor.name === "br");
      await inflated;
    });

    test("a small message that inflates to 10 MB stops at the limit", async () => {
      const bomb = await compressor.compress(new Uint8Array(10_000_000));
      await expect(decompress(bomb, 4_194_304)).rejects.toThrow(
        `message inflated with ${compressor.name} is larger than 4194304 bytes`,
      );
    });

    test.each([100, 20_000])("a message of %i bytes cut at any offset is refused", async (length) => {
      const compressed = await compressor.compress(message(length));
      for (let end = 1; end < compressed.length; end += Math.max(1, Math.floor(compressed.length / 64))) {
        await expect(decompress(compressed.subarray(0, end), length * 2), `cut at ${end}`).rejects.toThrow(
          `message is not valid ${compressor.name}`,
        );
      }
    });

    test.each([
      ["bytes", new Uint8Array([0, 1, 2])],
      ["zeros", new Uint8Array(16)],
    ])("%s after the end are refused", async (_what, extra) => {
      const compressed = await compressor.compress(message(100));
      const input = Uint8Array.from([...compressed, ...extra]);
      await expect(decompress(input, 1_000)).rejects.toThrow(/bytes follow the end|not valid/);
    });

    test("a second member is refused", async () => {
      const compressed = await compressor.compress(message(100));
      await expect(decompress(Uint8Array.from([...compressed, ...compressed]), 1_000)).rejects.toThrow(
        /follow the end/,
      );
    });

    test("no bytes at all are an empty message in zstd and refused elsewhere", async () => {
      const empty = decompress(new Uint8Array(0), 1_000);
      if (compressor.name === "zstd") expect(await empty).toStrictEqual(new Uint8Array(0));
      else await expect(empty).rejects.toThrow(`message is not valid ${compressor.name}`);
    });

    test("what is no compressed data at all is refused", async () => {
      await expect(decompress(message(300), 1_000)).rejects.toThrow(`message is not valid ${compressor.name}`);
    });
  },
);

const gzip = nodeCompressors.find((compressor) => compressor.name === "gzip");

test("gzip with name, comment, extra field and header checksum is read (RFC 1952 §2.3)", async () => {
  const plain = zlib.gzipSync(message(50));
  const optional = [3, 0, 1, 2, 3, ..."name\0".split("").map(code), ..."why\0".split("").map(code), 0xab, 0xcd];
  const flags = 0x02 | 0x04 | 0x08 | 0x10;
  const input = Uint8Array.from([
    ...plain.subarray(0, 3),
    flags,
    ...plain.subarray(4, 10),
    ...optional,
    ...plain.subarray(10),
  ]);
  expect(await gzip?.decompress(input, 50)).toStrictEqual(message(50));
  for (let end = 10; end < 10 + optional.length; end++) {
    expect(() => gzip?.decompress(input.subarray(0, end), 50)).toThrow("message is not valid gzip");
  }
});

const code = (text: string) => text.charCodeAt(0);

test.each([
  ["data", -8],
  ["length", -1],
])("gzip with a wrong %s check is refused (RFC 1952 §2.3.1)", (what, offset) => {
  const input = Uint8Array.from(zlib.gzipSync(message(50)));
  input[input.length + offset] = (input.at(offset) as number) ^ 1;
  expect(() => gzip?.decompress(input, 50)).toThrow(`message is not valid gzip: incorrect ${what} check`);
});

const names = nodeCompressors.map((compressor) => compressor.name);

test("the codings come in order of preference", () => {
  const all = ["gzip", "deflate", "br", "zstd"];
  expect(names).toEqual(all.filter((name) => names.includes(name as Encoding)));
  expect(names.slice(0, 2)).toEqual(["gzip", "deflate"]);
});

test("br is offered", ({ skip }) => {
  skip(runtimeName === "deno", "Deno's brotli takes a message cut short for a whole one, so br is not offered");
  expect(names).toContain("br");
});

test("zstd is offered", ({ skip }) => {
  skip(!("zstdCompressSync" in zlib), "node:zlib has no zstd before Node 22.15");
  expect(names).toContain("zstd");
});
