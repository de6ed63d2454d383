// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { HpackDecoder } from "./decoder.js";
import { HpackEncoder } from "./encoder.js";
import { type Field, field } from "./field.js";

const limits = { maxListBytes: 1_000_000, maxFields: 10_000 };

describe("representations", () => {
  test("an exact static match is one octet (§6.1)", () => {
    const fields = [field(":method", "POST"), field(":scheme", "http"), field(":status", "500")];
    expect(encode(new HpackEncoder(), fields)).toEqual([0x83, 0x86, 0x8e]);
  });

  test("a request as in RFC 7541 C.4 is encoded to its octets", () => {
    const encoder = new HpackEncoder();
    const head = [field(":method", "GET"), field(":scheme", "http"), field(":path", "/")];
    const fields = [...head, field(":authority", "www.example.com")];
    expect(hex(encode(encoder, fields))).toBe("828684418cf1e3c2e5f23a6ba0ab90f4ff");
    expect(hex(encode(encoder, fields))).toBe("828684be");
  });

  test("a string is Huffman coded only when that is shorter (§5.2)", () => {
    expect(encode(new HpackEncoder(), [field("grpc-message", "\u0001\u0002")]).slice(-3)).toEqual([2, 1, 2]);
  });

  test("a unit above 0xff leaves as a question mark, never as another octet", () => {
    expect(encode(new HpackEncoder(), [field("content-length", "\u010a")]).slice(-2)).toEqual([1, 0x3f]);
  });

  test("an equal field that is another object finds the entry", () => {
    const encoder = new HpackEncoder();
    encode(encoder, [field("user-agent", "petrel")]);
    expect(encode(encoder, [field("user-agent", "petrel")])).toEqual([0xbe]);
  });
});

describe("indexing", () => {
  const always = [":path", ":authority", "content-type", "te", "user-agent", "grpc-encoding", "grpc-accept-encoding"];
  for (const name of [...always, "grpc-status"]) {
    test(`${name} is inserted at once`, () => {
      expect(sizes(new HpackEncoder(), () => [field(name, "some/value")], 2)[1]).toBe(1);
    });
  }

  for (const name of ["grpc-timeout", "grpc-message", "grpc-status-details-bin", "content-length", "date", "etag"]) {
    test(`${name} is never inserted`, () => {
      const encoder = new HpackEncoder();
      for (let i = 0; i < 3; i++) {
        expect(encode(encoder, [field(name, "123")])[0] & 0xf0).toBe(0x00);
      }
    });
  }

  for (const secret of [
    field("authorization", "Bearer x"),
    field("cookie", "a=b"),
    field("proxy-authorization", "x"),
    field("x-token", "t", true),
    field(":path", "/", true),
  ]) {
    test(`${secret.name}${secret.sensitive ? " marked sensitive" : ""} stays never-indexed (§6.2.3)`, () => {
      const encoder = new HpackEncoder();
      const decoder = new HpackDecoder(4096, limits);
      for (let i = 0; i < 3; i++) {
        const block = Uint8Array.from(encode(encoder, Object.freeze([secret])));
        expect(block[0] & 0xf0).toBe(0x10);
        expect(decoder.decode(block, 0, block.length).fields).toEqual([{ ...secret, sensitive: true }]);
      }
    });
  }

  test("a sensitive field does not refer to an equal entry", () => {
    const encoder = new HpackEncoder();
    encode(encoder, [field("user-agent", "petrel")]);
    expect(encode(encoder, [field("user-agent", "petrel", true)])[0] & 0xf0).toBe(0x10);
  });

  test("other metadata is inserted on its second sighting", () => {
    const lengths = sizes(new HpackEncoder(), () => [field("x-tenant", "blue")], 4);
    expect(lengths[1]).toBe(lengths[0]);
    expect(lengths.slice(2)).toEqual([1, 1]);
  });

  test("a frozen array reaches the second sighting too", () => {
    const fields = Object.freeze([field("x-tenant", "blue")]);
    expect(sizes(new HpackEncoder(), () => fields, 4).slice(2)).toEqual([1, 1]);
  });

  test("unique ids do not push out what repeats", () => {
    const encoder = new HpackEncoder();
    encode(encoder, [field("user-agent", "petrel")]);
    for (let i = 0; i < 1000; i++) encode(encoder, [field("x-request-id", `id-${i}`)]);
    expect(encode(encoder, [field("user-agent", "petrel")])).toEqual([0xbe]);
  });

  test("a value longer than a quarter of the table is not inserted", () => {
    expect(encode(new HpackEncoder(), [field("user-agent", "\u0000".repeat(1024))])[0] & 0xc0).toBe(0x40);
    expect(encode(new HpackEncoder(), [field("user-agent", "\u0000".repeat(1025))])[0] & 0xf0).toBe(0x00);
  });
});

describe("table size", () => {
  test("a peer's 0 is announced in the next block and ends insertion (§4.2)", () => {
    const encoder = new HpackEncoder();
    encode(encoder, [field("te", "trailers")]);
    encoder.setPeerMaxTableBytes(0);
    const blocks = [1, 2].map(() => encode(encoder, [field("te", "trailers")]));
    expect(blocks[0][0]).toBe(0x20);
    expect(blocks[1]).toEqual(blocks[0].slice(1));
    expect(blocks[1][0]).toBe(0x00);
  });

  test("the lowest and the final size are announced (§4.2)", () => {
    const encoder = new HpackEncoder();
    for (const bytes of [100, 10, 2000, 20]) encoder.setPeerMaxTableBytes(bytes);
    expect(encode(encoder, [])).toEqual([0x2a, 0x34]);
    expect(encode(encoder, [])).toEqual([]);
  });

  test("a peer's 4 GiB leaves our table at its cap", () => {
    const encoder = new HpackEncoder();
    encoder.setPeerMaxTableBytes(2 ** 32 - 1);
    expect(encode(encoder, [field(":method", "GET")])).toEqual([0x82]);
  });

  test("a cap above 4096 grows the table once the peer permits it", () => {
    const encoder = new HpackEncoder(65_536);
    expect(encode(encoder, [])).toEqual([]);
    encoder.setPeerMaxTableBytes(65_536);
    expect(encode(encoder, [])).toEqual([0x3f, 0xe1, 0xff, 0x03]);
  });

  test("a cap below 4096 is announced in the first block", () => {
    expect(encode(new HpackEncoder(16), [])).toEqual([0x30]);
  });
});

describe("memo", () => {
  const head = Object.freeze([field(":status", "200"), field("content-type", "application/grpc")]);

  test("a frozen array's block is remembered until an insertion", () => {
    const encoder = new HpackEncoder();
    encode(encoder, head);
    expect(encode(encoder, head)).toEqual([0x88, 0xbe]);
    expect(encoder.maxEncodedBytes(head)).toBe(2);
    encode(encoder, [field("te", "trailers")]);
    expect(encoder.maxEncodedBytes(head)).toBeGreaterThan(2);
    expect(encode(encoder, head)).toEqual([0x88, 0xbf]);
    expect(encoder.maxEncodedBytes(head)).toBe(2);
  });

  test("an array that can change is not remembered", () => {
    const encoder = new HpackEncoder();
    const fields = [field(":status", "200")];
    encode(encoder, fields);
    fields[0] = field(":status", "404");
    expect(encode(encoder, fields)).toEqual([0x8d]);
  });

  test("a size update goes before a remembered block and invalidates it", () => {
    const encoder = new HpackEncoder();
    encode(encoder, head);
    encode(encoder, head);
    encoder.setPeerMaxTableBytes(0);
    const block = encode(encoder, head);
    expect(block.slice(0, 2)).toEqual([0x20, 0x88]);
    expect(block.length).toBeGreaterThan(3);
  });

  test("several calls write one block", () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder(4096, limits);
    const timeout = [field("grpc-timeout", "5S")];
    encoder.setPeerMaxTableBytes(1000);
    for (let i = 0; i < 3; i++) {
      const block = Uint8Array.from([...encode(encoder, head), ...encode(encoder, timeout)]);
      expect(decoder.decode(block, 0, block.length).fields).toEqual([...head, ...timeout]);
    }
  });

  test("more frozen arrays than are remembered are encoded all the same", () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder(4096, limits);
    const arrays = Array.from({ length: 100 }, (_, i) => Object.freeze([field(":path", `/service/Method${i}`)]));
    for (let round = 0; round < 3; round++) {
      for (const fields of arrays) {
        const block = Uint8Array.from(encode(encoder, fields));
        expect(decoder.decode(block, 0, block.length).fields).toEqual(fields);
      }
    }
  });
});

function encode(encoder: HpackEncoder, fields: readonly Field[]): number[] {
  const room = encoder.maxEncodedBytes(fields);
  const buffer = new Uint8Array(room + 8);
  const end = encoder.encode(fields, buffer, 4);
  expect(end - 4).toBeLessThanOrEqual(room);
  return Array.from(buffer.subarray(4, end));
}

function sizes(encoder: HpackEncoder, fields: () => readonly Field[], times: number): number[] {
  return Array.from({ length: times }, () => encode(encoder, fields()).length);
}

function hex(octets: readonly number[]): string {
  return Buffer.from(octets).toString("hex");
}
