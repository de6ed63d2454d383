// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { HpackError } from "./hpack-error.js";
import { decodedHuffmanRoom, decodeHuffman, encodeHuffman, huffmanOctets } from "./huffman.js";

const rows = readFileSync(new URL("../../../../testdata/hpack/huffman-code.tsv", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t"));

test("every octet has the code of RFC 7541 Appendix B", () => {
  expect(rows).toHaveLength(257);
  for (const [symbol, code, bits] of rows.slice(0, 256)) {
    const coded = encode(String.fromCharCode(Number(symbol)));
    const padded = Number.parseInt(code, 16).toString(2).padStart(Number(bits), "0");
    const wanted = padded.padEnd(Math.ceil(padded.length / 8) * 8, "1");
    expect(Array.from(coded, (octet) => octet.toString(2).padStart(8, "0")).join("")).toBe(wanted);
    expect(decode(coded)).toBe(String.fromCharCode(Number(symbol)));
  }
});

test("all pairs of octets come back", () => {
  for (let first = 0; first < 256; first++) {
    const text = Array.from({ length: 256 }, (_, second) => String.fromCharCode(first, second)).join("");
    expect(encode(text).length).toBe(huffmanOctets(text));
    expect(decode(encode(text))).toBe(text);
  }
});

test("text with a unit above 0xff has no Huffman form", () => {
  expect(huffmanOctets("a\u0100")).toBe(Number.POSITIVE_INFINITY);
});

const malformed = [
  { why: "EOS alone (§5.2)", octets: [0xff, 0xff, 0xff, 0xff] },
  { why: "EOS behind a symbol (§5.2)", octets: [0x1f, 0xff, 0xff, 0xff, 0xff] },
  { why: "8 bits of padding alone (§5.2)", octets: [0xff] },
  { why: "8 bits of padding (§5.2)", octets: [0x1f, 0xff] },
  { why: "16 bits of padding (§5.2)", octets: [0x1f, 0xff, 0xff] },
  { why: "padding of zeros (§5.2)", octets: [0x18] },
  { why: "padding with one zero (§5.2)", octets: [0x1e] },
  { why: "a code that is cut off (§5.2)", octets: [0xfe] },
];
for (const { why, octets } of malformed) {
  test(`${why} is an HpackError`, () => {
    expect(() => decode(Uint8Array.from(octets))).toThrow(HpackError);
  });
}

test("0 to 7 ones are padding (§5.2)", () => {
  expect(decode(new Uint8Array(0))).toBe("");
  expect(decode(Uint8Array.of(0x1f))).toBe("a");
});

function encode(text: string): Uint8Array {
  const buffer = new Uint8Array(text.length * 4 + 8);
  return buffer.slice(0, encodeHuffman(text, buffer, 0));
}

function decode(coded: Uint8Array): string {
  const into = new Uint8Array(decodedHuffmanRoom(coded.length));
  const octets = decodeHuffman(coded, 0, coded.length, into);
  return Buffer.from(into.subarray(0, octets)).toString("latin1");
}
