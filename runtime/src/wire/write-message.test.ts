// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { expectNoOverrun, readPoisoned, written } from "../../test/support/poison.js";
import { Random } from "../../test/support/random.js";
import { beginMessage, endMessage, writeTag } from "./write-message.js";
import { writeUnknown } from "./write-unknown.js";

const random = new Random(19);

/** Writes messages of these sizes, each but the last with the next one in front of its own content. */
function encodeNested(buffer: Uint8Array, position: number, contents: readonly Uint8Array[]): number {
  const [content, ...rest] = contents;
  if (content === undefined) return position;
  const start = beginMessage(buffer, position, 18);
  const at = encodeNested(buffer, start, rest);
  const field = { no: 6, wireType: 2, data: content };
  return endMessage(buffer, start, writeUnknown(buffer, at, [field]));
}

function expected(contents: readonly Uint8Array[]): number[] {
  const [content, ...rest] = contents;
  if (content === undefined) return [];
  const inner = [...expected(rest), 50, ...content];
  return [18, ...varint(inner.length), ...inner];
}

test("a length of every width is in front of its content, whatever lies in it", () => {
  for (const bytes of [0, 1, 126, 127, 128, 16_382, 16_383, 16_384, 70_000]) {
    const content = random.bytes(bytes);
    const message = written((buffer, at) => encodeNested(buffer, at, [content]), 5, bytes + 20);
    expect(Buffer.compare(message, Uint8Array.from(expected([content])))).toBe(0);
  }
});

test("content moves up once for each level that it lies in", () => {
  const contents = [0, 100, 20, 200, 1, 40, 130].map((length) => random.bytes(length));
  const message = written((buffer, at) => encodeNested(buffer, at, contents), 5);
  expect(message).toEqual(Uint8Array.from(expected(contents)));
});

test("in a buffer too small overflows, and nothing is written past its end", () => {
  for (const contents of [[0], [126], [128], [3, 126, 5], [200, 200]]) {
    const inner = contents.map((length) => random.bytes(length));
    expectNoOverrun((buffer, at) => encodeNested(buffer, at, inner), Uint8Array.from(expected(inner)));
  }
});

test("the tags of a group", () => {
  for (const tag of [27, 28, 0xffff_fffb]) {
    const bytes = written((buffer, at) => writeTag(buffer, at, tag));
    expect(bytes).toEqual(Uint8Array.from(varint(tag)));
    expectNoOverrun((buffer, at) => writeTag(buffer, at, tag), bytes);
  }
});

test("unknown fields are written as they were received", () => {
  const octets = Uint8Array.of(
    40,
    0x85,
    0x80,
    0,
    42,
    2,
    9,
    9,
    45,
    1,
    2,
    3,
    4,
    51,
    8,
    5,
    52,
    0xf8,
    0xff,
    0xff,
    0xff,
    15,
    1,
  );
  const { value } = readPoisoned(octets, (reader, end) => {
    const message = {};
    while (reader.position < end) reader.unknown(reader.tag(), message);
    return message as { $unknown: { no: number; wireType: number; data: Uint8Array }[] };
  });
  const fields = value?.$unknown ?? [];
  expect(fields.length).toBe(5);
  expect(written((buffer, at) => writeUnknown(buffer, at, fields))).toEqual(octets);
  expectNoOverrun((buffer, at) => writeUnknown(buffer, at, fields), octets);
  expect(written((buffer, at) => writeUnknown(buffer, at, []))).toEqual(new Uint8Array(0));
});

function varint(value: number): number[] {
  const octets: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) octets.push((value & 127) | 128);
  return [...octets, value];
}
