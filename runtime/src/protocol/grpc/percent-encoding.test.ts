// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Random } from "../../../test/support/random.js";
import { table } from "../../../test/support/tables.js";
import { percentDecode, percentEncode } from "./percent-encoding.js";

interface Row {
  readonly text: string;
  readonly wire: string;
  readonly why: string;
}
const rows = table<{ encode: Row[]; decode: Row[] }>("grpc/percent-encoding.json");

describe("grpc-message", () => {
  for (const row of rows.encode) {
    test(`${JSON.stringify(row.text)} is written ${row.wire}: ${row.why}`, () => {
      expect(percentEncode(row.text)).toBe(row.wire);
      expect(percentDecode(row.wire)).toBe(row.text.toWellFormed());
    });
  }

  for (const row of rows.decode) {
    test(`${JSON.stringify(row.wire)} is read ${JSON.stringify(row.text)}: ${row.why}`, () => {
      expect(percentDecode(row.wire)).toBe(row.text);
    });
  }

  test("any text comes back, lone surrogates as U+FFFD, and travels as a legal field value (RFC 9113 §8.2.1)", () => {
    const random = new Random(5);
    for (let i = 0; i < 1000; i++) {
      const text = random.text(random.below(40));
      const wire = percentEncode(text);
      expect(wire).toMatch(/^$|^[!-~]([ -~]*[!-~])?$/);
      expect(percentDecode(wire)).toBe(text.toWellFormed());
    }
  });

  test("any octets are read, cut at every place", () => {
    const wire = percentEncode("100% café ☺ 😈");
    for (let end = 0; end <= wire.length; end++)
      expect(percentDecode(wire.slice(0, end)).length).toBeLessThanOrEqual(end);
    const random = new Random(6);
    for (let i = 0; i < 500; i++) {
      const octets = String.fromCharCode(...random.bytes(random.below(30)));
      expect(percentDecode(octets).isWellFormed()).toBe(true);
    }
  });
});
