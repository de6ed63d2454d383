// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Random } from "../../test/support/random.js";
import { fromHex, table, toHex } from "../../test/support/tables.js";
import { decodeBase64, encodeBase64, isBase64 } from "./base64.js";

interface Row {
  readonly text: string;
  readonly bytes: string | null;
  readonly why: string;
}
const rows = table<{ encode: (Row & { bytes: string })[]; decode: Row[] }>("grpc/base64.json");

describe("base64", () => {
  for (const row of rows.encode) {
    test(`${row.bytes || "nothing"} is written ${JSON.stringify(row.text)}: ${row.why}`, () => {
      expect(encodeBase64(fromHex(row.bytes))).toBe(row.text);
    });
  }

  for (const row of rows.decode) {
    test(`${JSON.stringify(row.text)} is ${row.bytes === null ? "refused" : "read"}: ${row.why}`, () => {
      const bytes = decodeBase64(row.text);
      expect(bytes === undefined ? null : toHex(bytes)).toBe(row.bytes);
      expect(isBase64(row.text)).toBe(row.bytes !== null);
    });
  }

  test("what is written is read back and agrees with the platform", () => {
    const random = new Random(1);
    for (let i = 0; i < 500; i++) {
      const bytes = random.bytes(random.below(100));
      const text = encodeBase64(bytes);
      const padded = Buffer.from(bytes).toString("base64");
      expect(text).toBe(padded.replace(/=+$/, ""));
      expect(decodeBase64(text)).toEqual(bytes);
      expect(decodeBase64(padded)).toEqual(bytes);
    }
  });

  test("text cut at each place is read or refused, by its length alone", () => {
    const text = encodeBase64(new Random(2).bytes(30));
    for (let end = 0; end <= text.length; end++) {
      const bytes = decodeBase64(text.slice(0, end));
      expect(bytes?.length).toBe(end % 4 === 1 ? undefined : Math.floor((end * 3) / 4));
    }
  });
});
