// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import { concat } from "../support/http2-pair.js";
import type { Random } from "../support/random.js";

/** What one mutation makes of an input; `others` are encodings of the same type. */
type Mutation = (bytes: Uint8Array, random: Random, schema: DescMessage, others: readonly Uint8Array[]) => Uint8Array;

/** Inputs longer than this are cut: what goes wrong does so in short ones, too, and those are quicker. */
const maxInputBytes = 3000;
const octets = [0, 1, 2, 3, 7, 8, 0x0a, 0x0b, 0x0c, 0x10, 0x7f, 0x80, 0xc0, 0xf8, 0xff];
// Varints at the edges of 32 and 64 bits, of too many bytes, and longer than they need be.
const varints = [
  [0],
  [1],
  [0x7f],
  [0x80, 0x00],
  [0x81, 0x80, 0x80, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x10],
  [0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
  [0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
];
const texts = ["", "a", "é", "\ud7ff", "key"].map((text) => Buffer.from(text));
const badUtf8 = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x61, 0x80]];

const mutations: readonly Mutation[] = [
  // Bits and octets.
  (bytes, random) => changed(bytes, random, (octet) => octet ^ (1 << random.below(8))),
  (bytes, random) => changed(bytes, random, (octet) => octet ^ (1 << random.below(3))),
  (bytes, random) => changed(bytes, random, () => random.pick(octets)),
  (bytes, random) => changed(bytes, random, (octet) => octet + random.pick([-2, -1, 1, 2])),
  // Cut, removed, repeated, moved in.
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    return concat([bytes.subarray(0, from), bytes.subarray(from + 1 + random.below(6))]);
  },
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    return concat([bytes.subarray(0, from + random.below(40)), bytes.subarray(from)]);
  },
  (bytes, random) => inserted(bytes, random, random.bytes(1 + random.below(6))),
  (bytes, random) => inserted(bytes, random, Uint8Array.from(random.pick(varints))),
  // Two messages in a row are their merger.
  (bytes, random, _, others) => concat([bytes, random.pick(others)]),
  (bytes, random, _, others) => {
    const other = random.pick(others);
    return concat([other.subarray(0, random.below(other.length + 1)), bytes]);
  },
  // Whole fields, declared ones with any wire type and others.
  (bytes, random, schema) => concat([bytes, field(schema, random, 0)]),
  (bytes, random, schema) => concat([field(schema, random, 0), bytes]),
  (_, random, schema) => concat([field(schema, random, 0), field(schema, random, 0)]),
  (bytes, random, schema) => inserted(bytes, random, field(schema, random, 0)),
  (bytes, random, schema) => nested(bytes, random, schema),
];

/** One to four mutations of a valid encoding. */
export function mutateBytes(
  bytes: Uint8Array,
  random: Random,
  schema: DescMessage,
  others: readonly Uint8Array[],
): Uint8Array {
  let mutated = bytes;
  for (let count = random.below(4); count >= 0; count--) {
    mutated = random.pick(mutations)(mutated, random, schema, others);
  }
  // An array of its own and of its length, so that a read past its end cannot succeed unseen.
  return Uint8Array.prototype.slice.call(mutated, 0, maxInputBytes);
}

function changed(bytes: Uint8Array, random: Random, change: (octet: number) => number): Uint8Array {
  if (bytes.length === 0) return bytes;
  const copy = Uint8Array.from(bytes);
  const at = random.below(copy.length);
  copy[at] = change(copy[at]);
  return copy;
}

function inserted(bytes: Uint8Array, random: Random, piece: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  return concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

const maxFieldDepth = 5;

/** A field that the type declares, or one beside it, with its wire type or another, its content made of the same kind. */
function field(schema: DescMessage, random: Random, depth: number): Uint8Array {
  const declared = schema.fields.length > 0 && random.below(8) > 0 ? random.pick(schema.fields) : undefined;
  const no = declared?.number ?? random.pick([0, 1, 2, 15, 16, 2047, 100_000, 2 ** 29 - 1]);
  let wireType = random.below(6);
  if (declared?.message !== undefined) wireType = random.below(6) === 0 ? wireType : 2 + random.below(2);
  const child = declared?.message;
  const content = (): Uint8Array => {
    if (child === undefined || depth >= maxFieldDepth) return scalarContent(random);
    return concat(Array.from({ length: random.below(3) }, () => field(child, random, depth + 1)));
  };
  return concat([tag(no, wireType, random), ...fieldValue(no, wireType, random, content)]);
}

function fieldValue(no: number, wireType: number, random: Random, content: () => Uint8Array): readonly Uint8Array[] {
  switch (wireType) {
    case 0:
      return [Uint8Array.from(random.pick(varints))];
    case 1:
      return [random.bytes(8)];
    case 2: {
      const bytes = content();
      const length = random.below(12) === 0 ? Uint8Array.from(random.pick(varints)) : varint(bytes.length);
      return [length, bytes];
    }
    case 3:
      return [content(), tag(random.below(20) === 0 ? no + 1 : no, 4, random)];
    case 5:
      return [random.bytes(4)];
    default:
      return [];
  }
}

function scalarContent(random: Random): Uint8Array {
  switch (random.below(5)) {
    case 0:
      return random.pick(texts);
    case 1:
      return Uint8Array.from(random.pick(badUtf8));
    case 2:
      return concat(Array.from({ length: random.below(5) }, () => Uint8Array.from(random.pick(varints))));
    case 3:
      return random.bytes(random.pick([4, 8, 12, 16, 24]));
    default:
      return random.bytes(random.below(5));
  }
}

/** Wraps an input in a field that leads back to its own type, up to beyond the limit of nesting. */
function nested(bytes: Uint8Array, random: Random, schema: DescMessage): Uint8Array {
  const recursive = schema.fields.filter(({ message, fieldKind }) => message === schema && fieldKind !== "map");
  if (recursive.length === 0) return bytes;
  let wrapped = bytes;
  for (let count = random.pick([1, 2, 3, 98, 99, 100, 101]); count > 0; count--) {
    const { number, delimitedEncoding } = random.pick(recursive) as { number: number; delimitedEncoding: boolean };
    wrapped = delimitedEncoding
      ? concat([varint(number * 8 + 3), wrapped, varint(number * 8 + 4)])
      : concat([varint(number * 8 + 2), varint(wrapped.length), wrapped]);
    if (wrapped.length > maxInputBytes) break;
  }
  return wrapped;
}

// Now and then a tag takes more bytes than it need.
function tag(no: number, wireType: number, random: Random): Uint8Array {
  const plain = varint(no * 8 + wireType);
  if (random.below(20) > 0) return plain;
  const longer = concat([plain, Uint8Array.of(0)]);
  longer[plain.length - 1] |= 0x80;
  return longer;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
