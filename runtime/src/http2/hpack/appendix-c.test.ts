// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { HpackDecoder } from "./decoder.js";
import { fieldBytes } from "./field.js";
import { HpackError } from "./hpack-error.js";

interface Example {
  readonly section: string;
  readonly maxTableBytes: number;
  readonly blocks: readonly { readonly block: string; readonly fields: string[][]; readonly tableBytes: number }[];
}

const examples: Example[] = JSON.parse(
  readFileSync(new URL("../../../../testdata/hpack/appendix-c.json", import.meta.url), "utf8"),
);
const limits = { maxListBytes: 8192, maxFields: 128 };

describe("RFC 7541 Appendix C", () => {
  for (const example of examples) {
    test(`${example.section} decodes to its fields and leaves its table`, () => {
      const decoder = new HpackDecoder(example.maxTableBytes, limits);
      for (const { block, fields, tableBytes } of example.blocks) {
        const bytes = Uint8Array.from(Buffer.from(block.replaceAll(" ", ""), "hex"));
        const section = decoder.decode(bytes, 0, bytes.length);
        const read = section.fields.map((f) => [f.name, f.value, ...(f.sensitive ? ["sensitive"] : [])]);
        expect(read).toEqual(fields);
        expect(dynamicTableBytes(decoder)).toBe(tableBytes);
      }
    });
  }
});

/** Reads every dynamic entry by its index, up to the first index that is in no table. */
function dynamicTableBytes(decoder: HpackDecoder): number {
  let bytes = 0;
  for (let index = 62; index < 127; index++) {
    try {
      bytes += fieldBytes(decoder.decode(Uint8Array.of(0x80 | index), 0, 1).fields[0]);
    } catch (error) {
      expect(error).toBeInstanceOf(HpackError);
      return bytes;
    }
  }
  throw new Error("the table has no end");
}
