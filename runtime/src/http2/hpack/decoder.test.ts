// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { HpackDecoder } from "./decoder.js";
import type { FieldSection } from "./field-section.js";
import { HpackError } from "./hpack-error.js";

const limits = { maxListBytes: 8192, maxFields: 128 };

describe("representations", () => {
  test("a table hit is the very Field that was inserted", () => {
    const decoder = new HpackDecoder(4096, limits);
    const first = decode(decoder, [...literal(0x40, "a", "b")]);
    const second = decode(decoder, [0xbe, 0x82]);
    expect(second.fields[0]).toBe(first.fields[0]);
  });

  test("only a never-indexed literal is sensitive (§6.2.3)", () => {
    const decoder = new HpackDecoder(4096, limits);
    const section = decode(decoder, [
      ...literal(0x10, "a", "b"),
      ...literal(0x00, "a", "b"),
      ...literal(0x40, "a", "b"),
    ]);
    expect(section.fields.map((f) => f.sensitive)).toEqual([true, false, false]);
  });

  test("a literal may name the entry that its insertion evicts (§4.4)", () => {
    const decoder = new HpackDecoder(40, limits);
    decode(decoder, literal(0x40, "name", "old"));
    const section = decode(decoder, [0x7e, 3, ...ascii("new")]);
    expect(section.fields[0]).toMatchObject({ name: "name", value: "new" });
    expect(decode(decoder, [0xbe]).fields[0].value).toBe("new");
  });

  test("values are octets, one UTF-16 unit each", () => {
    const section = decode(new HpackDecoder(4096, limits), [0x00, 1, 0x61, 20, ...new Array<number>(20).fill(0xe9)]);
    expect(section.fields[0].value).toBe("\u00e9".repeat(20));
  });

  test("a block may lie anywhere in its chunk", () => {
    const section = new HpackDecoder(4096, limits).decode(Uint8Array.of(0x00, 0x82, 0x84, 0xff), 1, 3);
    expect(section.fields.map((f) => f.name)).toEqual([":method", ":path"]);
  });

  const malformed = [
    { why: "index 0 (§6.1)", block: [0x80] },
    { why: "an index past both tables (§2.3.3)", block: [0xbe] },
    { why: "a literal's name index past both tables", block: [0x7e, 1, 0x61] },
    { why: "an index that is cut off", block: [0xff, 0x80] },
    { why: "a string longer than the block", block: [0x00, 1, 0x61, 2, 0x61] },
    { why: "a size update behind a field (§4.2)", block: [0x82, 0x20] },
    { why: "a third size update", block: [0x20, 0x20, 0x20] },
    { why: "a size update over the setting (§6.3)", block: [0x3f, 0xe2, 0x1f] },
  ];
  for (const { why, block } of malformed) {
    test(`${why} is an HpackError`, () => {
      expect(() => decode(new HpackDecoder(4096, limits), block)).toThrow(HpackError);
    });
  }
});

describe("table size", () => {
  test("a size update to exactly the setting is accepted (§6.3)", () => {
    expect(decode(new HpackDecoder(4096, limits), [0x3f, 0xe1, 0x1f, 0x82]).fields).toHaveLength(1);
  });

  test("a reduced setting demands a size update in the next block (§4.2)", () => {
    const decoder = new HpackDecoder(4096, limits);
    decode(decoder, [0x82]);
    decoder.setMaxTableBytes(100);
    expect(() => decode(decoder, [0x82])).toThrow(/dynamic table size update is missing/);
    expect(() => decode(decoder, [])).toThrow(HpackError);
  });

  test("the size update a reduction demands is at most the lowest setting in between (§4.2)", () => {
    const reduced = () => {
      const decoder = new HpackDecoder(4096, limits);
      decoder.setMaxTableBytes(20);
      decoder.setMaxTableBytes(4096);
      return decoder;
    };
    expect(() => decode(reduced(), [0x3f, 0xe1, 0x1f, 0x82])).toThrow(HpackError);
    const decoder = reduced();
    expect(decode(decoder, [0x34, 0x3f, 0xe1, 0x1f, 0x82]).fields).toHaveLength(1);
    expect(decode(decoder, [0x82]).fields).toHaveLength(1);
  });

  test("a peer whose table is smaller already need not announce a reduction (§4.2)", () => {
    const decoder = new HpackDecoder(4096, limits);
    decode(decoder, [0x20]);
    decoder.setMaxTableBytes(100);
    expect(decode(decoder, [0x82]).fields).toHaveLength(1);
    expect(() => decode(decoder, [0x3f, 70])).toThrow(HpackError);
  });

  test("a setting above 4096 grows the table only by a size update", () => {
    const decoder = new HpackDecoder(65_536, limits);
    decode(decoder, literal(0x40, "a", "x".repeat(4096 - 33)));
    expect(decode(decoder, [0xbe]).fields).toHaveLength(1);
    decode(decoder, literal(0x40, "a", "b"));
    expect(() => decode(decoder, [0xbf])).toThrow(HpackError);
    decode(decoder, [0x3f, 0xe1, 0xff, 0x03]);
    decode(decoder, literal(0x40, "a", "x".repeat(5000)));
    expect(decode(decoder, [0xbe]).fields[0].value).toHaveLength(5000);
  });
});

describe("limits", () => {
  // ":method: GET" counts 42 bytes.
  for (const { fields, exceeded } of [
    { fields: 9, exceeded: "none" },
    { fields: 10, exceeded: "none" },
    { fields: 11, exceeded: "bytes" },
  ]) {
    test(`${fields} fields of 42 bytes under maxListBytes 420: ${exceeded}`, () => {
      const section = decode(new HpackDecoder(4096, { maxListBytes: 420, maxFields: 99 }), repeat(0x82, fields));
      expect([section.exceeded, section.fields.length, section.listBytes]).toEqual([
        exceeded,
        Math.min(fields, 10),
        fields * 42,
      ]);
    });
    test(`${fields} fields under maxFields 10: ${exceeded === "none" ? "none" : "count"}`, () => {
      const section = decode(new HpackDecoder(4096, { maxListBytes: 9999, maxFields: 10 }), repeat(0x82, fields));
      expect(section.exceeded).toBe(exceeded === "none" ? "none" : "count");
      expect(section.fields).toHaveLength(Math.min(fields, 10));
    });
  }

  for (const pattern of [0x00, 0x10, 0x40]) {
    for (const over of [-1, 0, 1]) {
      test(`a literal of pattern ${pattern} at maxListBytes ${over < 0 ? "" : "+"}${over}`, () => {
        const decoder = new HpackDecoder(4096, { maxListBytes: 100, maxFields: 9 });
        const section = decode(decoder, literal(pattern, "abc", "v".repeat(65 + over)));
        expect([section.exceeded, section.fields.length]).toEqual(over > 0 ? ["bytes", 0] : ["none", 1]);
      });
    }
  }

  test("references past a limit are counted and checked as those before it", () => {
    const decoder = new HpackDecoder(4096, { maxListBytes: 100, maxFields: 9 });
    const get = repeat(0x82, 3);
    const section = decode(decoder, [...get, 0x84, 0x84, 0x82, ...literal(0x00, "a", "b"), 0x82]);
    // ":path: /" counts 38 octets, "a: b" 34.
    expect([section.exceeded, section.fields.length, section.listBytes]).toEqual(["bytes", 2, 5 * 42 + 2 * 38 + 34]);
    expect(() => decode(decoder, [...get, 0x84, 0xfe])).toThrow(HpackError);
    expect(() => decode(decoder, [...get, 0x84, 0x80])).toThrow(HpackError);
  });

  test("what is past a limit still enters the dynamic table, and nothing returns to the list", () => {
    const decoder = new HpackDecoder(4096, { maxListBytes: 100, maxFields: 9 });
    const section = decode(decoder, [...literal(0x40, "abc", "v".repeat(80)), ...literal(0x40, "d", "e"), 0x82]);
    expect([section.exceeded, section.fields]).toEqual(["bytes", []]);
    expect(section.listBytes).toBe(115 + 34 + 42);
    expect(decode(decoder, [0xbe]).fields[0]).toMatchObject({ name: "d", value: "e" });
    expect(decode(decoder, [0xbf]).exceeded).toBe("bytes");
    expect(decode(decoder, [0x7f, 0x00, 1, 0x66]).fields[0]).toMatchObject({ name: "abc", value: "f" });
  });

  test("an entry larger than the table empties it, in the list or not (§4.4)", () => {
    for (const maxListBytes of [10, 9999]) {
      const decoder = new HpackDecoder(64, { maxListBytes, maxFields: 9 });
      decode(decoder, literal(0x40, "a", "b"));
      const section = decode(decoder, literal(0x40, "abc", "v".repeat(60)));
      expect(section.fields).toHaveLength(maxListBytes === 10 ? 0 : 1);
      expect(() => decode(decoder, [0xbe])).toThrow(HpackError);
    }
  });

  test("malformed Huffman past the limit is still an HpackError", () => {
    const decoder = new HpackDecoder(4096, { maxListBytes: 10, maxFields: 9 });
    expect(() => decode(decoder, [0x82, 0x04, 0x81, 0xff])).toThrow(HpackError);
  });

  test("a bomb of references is counted, not materialised", () => {
    const decoder = new HpackDecoder(4096, limits);
    decode(decoder, literal(0x40, "a", "x".repeat(4000)));
    const section = decode(decoder, repeat(0xbe, 16_384));
    expect([section.exceeded, section.fields.length, section.listBytes]).toEqual(["bytes", 2, 16_384 * 4033]);
  });
});

describe("memo", () => {
  test("a repeated block of indexed fields returns the same section with its memo", () => {
    const decoder = new HpackDecoder(4096, limits);
    decode(decoder, literal(0x40, "a", "b"));
    const first = decode(decoder, [0x82, 0xbe]);
    first.memo = { parsed: true };
    decode(decoder, [0x83]);
    decode(decoder, literal(0x00, "c", "d"));
    expect(decode(decoder, [0x82, 0xbe])).toBe(first);
    expect(first.memo).toEqual({ parsed: true });
  });

  test("the last 4 blocks are remembered", () => {
    const decoder = new HpackDecoder(4096, limits);
    const blocks = [[0x82], [0x83], [0x84], [0x85]];
    const sections = blocks.map((block) => decode(decoder, block));
    expect(blocks.map((block) => decode(decoder, block))).toEqual(sections);
    for (let i = 0; i < 4; i++) expect(decode(decoder, blocks[i])).toBe(sections[i]);
    decode(decoder, [0x86]);
    expect(decode(decoder, [0x82])).not.toBe(sections[0]);
  });

  test("an insertion invalidates it", () => {
    const decoder = new HpackDecoder(4096, limits);
    decode(decoder, literal(0x40, "a", "b"));
    const first = decode(decoder, [0xbe]);
    decode(decoder, literal(0x40, "c", "d"));
    const second = decode(decoder, [0xbe]);
    expect(second).not.toBe(first);
    expect(second.fields[0]).toMatchObject({ name: "c", value: "d" });
  });

  test("a size update invalidates it", () => {
    const decoder = new HpackDecoder(4096, limits);
    decode(decoder, literal(0x40, "a", "b"));
    decode(decoder, [0xbe]);
    decode(decoder, [0x20]);
    expect(() => decode(decoder, [0xbe])).toThrow(HpackError);
  });

  test("a block with literals outside the table is remembered from its second time on", () => {
    const decoder = new HpackDecoder(4096, { maxListBytes: 9999, maxFields: 200 });
    const block = [0x82, ...literal(0x00, "grpc-timeout", "1S")];
    const first = decode(decoder, block);
    const second = decode(decoder, block);
    expect(second).not.toBe(first);
    expect(second.fields).toEqual(first.fields);
    expect(decode(decoder, block)).toBe(second);
    expect(decode(decoder, [0x82, ...literal(0x00, "grpc-timeout", "2S")]).fields[1]?.value).toBe("2S");
    expect(decode(decoder, block)).toBe(second);
    decode(decoder, literal(0x40, "x", "y"));
    expect(decode(decoder, block)).not.toBe(second);
  });

  test("blocks with never-indexed literals, over 128 octets or over a limit are not remembered", () => {
    const decoder = new HpackDecoder(4096, { maxListBytes: 9999, maxFields: 130 });
    for (const block of [literal(0x10, "a", "b"), repeat(0x82, 129), repeat(0x82, 131)]) {
      expect(decode(decoder, block)).not.toBe(decode(decoder, block));
      expect(decode(decoder, block)).not.toBe(decode(decoder, block));
    }
    expect(decode(decoder, repeat(0x82, 128))).toBe(decode(decoder, repeat(0x82, 128)));
    const bounded = new HpackDecoder(4096, { maxListBytes: 10, maxFields: 9 });
    expect(decode(bounded, [0x82])).not.toBe(decode(bounded, [0x82]));
  });
});

function decode(decoder: HpackDecoder, octets: readonly number[]): FieldSection {
  return decoder.decode(Uint8Array.from(octets), 0, octets.length);
}

/** A literal with a new name and plain strings, with the representation's pattern. */
function literal(pattern: number, name: string, value: string): number[] {
  return [pattern, ...lengthOf(name), ...ascii(name), ...lengthOf(value), ...ascii(value)];
}

function lengthOf(text: string): number[] {
  if (text.length < 127) return [text.length];
  const rest = text.length - 127;
  return rest < 128 ? [127, rest] : [127, (rest & 127) | 128, rest >> 7];
}

function ascii(text: string): number[] {
  return Array.from(text, (unit) => unit.charCodeAt(0));
}

function repeat(octet: number, count: number): number[] {
  return new Array<number>(count).fill(octet);
}
