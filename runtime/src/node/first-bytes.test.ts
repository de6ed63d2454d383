// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { clientPreface, recognizeFirstBytes } from "./first-bytes.js";

const recognize = (text: string) => recognizeFirstBytes(Buffer.from(text, "latin1")).protocol;

test("the preface is undecided up to its last byte (RFC 9113 §3.4)", () => {
  for (let length = 1; length < clientPreface.length; length++) {
    expect(recognize(clientPreface.slice(0, length)), `${length} bytes`).toBe("undecided");
  }
  expect(recognize(clientPreface)).toBe("http2");
  expect(recognize(`${clientPreface}more`)).toBe("http2");
});

const rows = [
  { text: "GET / HTTP/1.1\r\n", protocol: "http1" },
  { text: "P", protocol: "undecided" },
  { text: "PO", protocol: "undecided" },
  { text: "POST ", protocol: "http1" },
  { text: "PRIVATE /", protocol: "unknown" },
  { text: "POSTAL / HTTP/1.1", protocol: "unknown" },
  { text: "PRI * HTTP/2.1", protocol: "http2" },
  { text: "get / HTTP/1.1", protocol: "unknown" },
  { text: "\r\n", protocol: "unknown" },
  { text: "\x16\x03\x01", protocol: "unknown" },
  { text: "\xff\xff", protocol: "unknown" },
] as const;
for (const { text, protocol } of rows) {
  test(`${JSON.stringify(text)} is ${protocol}`, () => expect(recognize(text)).toBe(protocol));
}
