// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { HpackDecoder } from "./decoder.js";
import { HpackEncoder } from "./encoder.js";
import { type Field, field, fieldBytes } from "./field.js";
import { HpackError } from "./hpack-error.js";

const limits = { maxListBytes: 1_000_000, maxFields: 10_000 };
const names = [
  ":path",
  ":authority",
  ":status",
  "content-type",
  "te",
  "user-agent",
  "grpc-timeout",
  "grpc-status",
  "grpc-message",
  "authorization",
  "cookie",
  "x-a",
  "x-b",
  "x-trace-bin",
  "accept",
  "",
];
const neverIndexed = new Set(["authorization", "cookie"]);

describe("what is encoded is decoded", () => {
  for (const tableBytes of [0, 256, 4096, 65_536]) {
    test(`with a table of ${tableBytes} bytes`, () => {
      const random = createRandom(tableBytes + 1);
      const encoder = new HpackEncoder(tableBytes);
      const decoder = new HpackDecoder(Math.max(4096, tableBytes), limits);
      encoder.setPeerMaxTableBytes(tableBytes);
      const frozen = Array.from({ length: 40 }, () => Object.freeze(randomFields(random)));
      for (let round = 0; round < 1500; round++) {
        roundTrip(encoder, decoder, random.below(2) === 0 ? frozen[random.below(40)] : randomFields(random));
      }
    });
  }

  test("while the peer keeps changing the setting", () => {
    const random = createRandom(42);
    const encoder = new HpackEncoder(20_000);
    const decoder = new HpackDecoder(4096, limits);
    for (let round = 0; round < 1500; round++) {
      for (let changes = random.below(4); changes > 0 && round % 5 === 0; changes--) {
        const bytes = [0, 31, 64, 300, 4096, 30_000][random.below(6)];
        encoder.setPeerMaxTableBytes(bytes);
        decoder.setMaxTableBytes(bytes);
      }
      roundTrip(encoder, decoder, randomFields(random));
    }
  });

  test("by a decoder that is over its limits and keeps its table", () => {
    const random = createRandom(99);
    const encoder = new HpackEncoder();
    const bounded = new HpackDecoder(4096, { maxListBytes: 150, maxFields: 3 });
    const free = new HpackDecoder(4096, limits);
    for (let round = 0; round < 1500; round++) {
      const block = encode(encoder, randomFields(random));
      const whole = free.decode(block, 0, block.length);
      const section = bounded.decode(block, 0, block.length);
      expect(section.listBytes).toBe(whole.listBytes);
      expect(section.fields).toEqual(whole.fields.slice(0, section.fields.length));
      expect(section.exceeded === "none").toBe(whole.listBytes <= 150 && whole.fields.length <= 3);
    }
  });
});

test("a block cut at any offset is an HpackError or decodes to fewer fields", () => {
  const random = createRandom(5);
  for (let round = 0; round < 200; round++) {
    const fields = [...randomFields(random), field("x-last", "value")];
    const block = encode(new HpackEncoder(), fields);
    for (let end = 0; end < block.length; end++) {
      const cut = decodeOrError(block.slice(0, end));
      if (cut instanceof HpackError) continue;
      expect(cut.length).toBeLessThan(fields.length);
      expect(cut).toEqual(asReceived(fields).slice(0, cut.length));
    }
  }
});

test("random octets decode to a section or an HpackError", () => {
  const random = createRandom(17);
  let sections = 0;
  for (let round = 0; round < 20_000; round++) {
    const block = Uint8Array.from({ length: 1 + random.below(24) }, () => random.below(256));
    if (!(decodeOrError(block) instanceof HpackError)) sections++;
  }
  expect(sections).toBeGreaterThan(0);
});

function roundTrip(encoder: HpackEncoder, decoder: HpackDecoder, fields: readonly Field[]): void {
  const block = encode(encoder, fields);
  const section = decoder.decode(block, 0, block.length);
  expect(section.fields).toEqual(asReceived(fields));
  expect(section.listBytes).toBe(fields.reduce((sum, f) => sum + fieldBytes(f), 0));
}

function asReceived(fields: readonly Field[]): Field[] {
  return fields.map((f) => field(f.name, f.value, f.sensitive || neverIndexed.has(f.name)));
}

function encode(encoder: HpackEncoder, fields: readonly Field[]): Uint8Array {
  const buffer = new Uint8Array(encoder.maxEncodedBytes(fields));
  const end = encoder.encode(fields, buffer, 0);
  expect(end).toBeLessThanOrEqual(buffer.length);
  return buffer.subarray(0, end);
}

function decodeOrError(block: Uint8Array): readonly Field[] | HpackError {
  try {
    return new HpackDecoder(4096, limits).decode(block, 0, block.length).fields;
  } catch (error) {
    if (error instanceof HpackError) return error;
    throw error;
  }
}

interface Random {
  below(limit: number): number;
}

function randomFields(random: Random): Field[] {
  return Array.from({ length: random.below(8) }, () => {
    const name = names[random.below(names.length)];
    return field(name, randomValue(random), random.below(12) === 0);
  });
}

/** Often one of a few, so that tables are hit; sometimes long; of text or of any octets. */
function randomValue(random: Random): string {
  if (random.below(3) > 0) return `value-${random.below(12)}`;
  const length = random.below(10) === 0 ? random.below(2000) : random.below(40);
  const lowest = random.below(2) === 0 ? 0 : 32;
  const count = lowest === 0 ? 256 : 95;
  return Array.from({ length }, () => String.fromCharCode(lowest + random.below(count))).join("");
}

/** mulberry32: the same sequence for the same seed. */
function createRandom(seed: number): Random {
  let state = seed;
  return {
    below(limit) {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
    },
  };
}
