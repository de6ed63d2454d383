// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { outcomeOf, readPoisoned } from "../../test/support/poison.js";
import { maxNesting, Reader, type UnknownField } from "./reader.js";

// A message of tests: field 1 is a uint32, field 2 the message itself, field 3 the message as a group.
interface Tree {
  number: number;
  child?: Tree;
  group?: Tree;
  $unknown?: UnknownField[];
}

test("a child must end exactly at its end", () => {
  expect(decoded(18, 2, 8, 5)).toEqual({ value: { number: 0, child: { number: 5 } } });
  expect(decoded(18, 1, 8, 5)).toEqual({ error: expect.stringMatching("a message that ends behind its length") });
});

test("a child may not read into its parent", () => {
  // The child's length ends within its varint, its text, its fixed value, its own child.
  for (const octets of [
    [18, 2, 8, 0x85, 0x01, 8, 1],
    [18, 2, 34, 2, 97, 97, 8, 1],
    [18, 2, 45, 1, 2, 3, 4],
    [18, 3, 18, 3, 8, 1, 8, 1],
  ]) {
    expect(decoded(...octets)).toEqual({ error: expect.stringMatching("a message that ends behind its length") });
  }
});

test("field number 0 is an error", () => {
  for (const wireType of [0, 1, 2, 3, 5])
    expect(decoded(wireType, 0, 0, 0, 0, 0, 0, 0, 0).error).toMatch("field number 0");
  expect(decoded(4).error).toMatch("the end of group 0, which is not open");
});

test("wire types 6 and 7 are errors", () => {
  for (const wireType of [6, 7]) {
    for (const no of [1, 2, 9])
      expect(decoded((no << 3) | wireType, 1, 1).error).toMatch(`wire type ${wireType} at byte`);
  }
});

describe("groups", () => {
  test("end at the end of their own", () => {
    expect(decoded(27, 8, 5, 28, 8, 6)).toEqual({ value: { number: 6, group: { number: 5 } } });
    expect(decoded(27, 27, 28, 28)).toEqual({ value: { number: 0, group: { number: 0, group: { number: 0 } } } });
  });

  test("EndGroup without group is an error", () => {
    for (const octets of [[28], [8, 5, 28], [12], [18, 1, 28], [27, 18, 1, 28, 28]]) {
      expect(decoded(...octets).error).toMatch(/the end of group \d, which is not open/);
    }
  });

  test("the end of another group is an error", () => {
    expect(decoded(27, 36).error).toMatch("the end of group 4, which is not open");
    expect(decoded(51, 28).error).toMatch("the end of group 3 in group 6");
  });

  test("without their end are errors", () => {
    for (const octets of [[27], [27, 8, 5], [51], [51, 8, 5], [51, 51, 52], [27, 27, 28]]) {
      expect(decoded(...octets).error).toMatch("a group without its end");
    }
  });

  test("may not end in the parent of the message that they are in", () => {
    expect(decoded(18, 1, 27, 28).error).toMatch("a message that ends behind its length");
    expect(decoded(18, 1, 51, 52).error).toMatch("a message that ends behind its length");
  });

  test("that are unknown are kept whole", () => {
    const { value } = decoded(51, 8, 5, 59, 60, 34, 1, 52, 52, 8, 6);
    expect(value?.number).toBe(6);
    expect(value?.$unknown).toEqual([{ no: 6, wireType: 3, data: Uint8Array.of(8, 5, 59, 60, 34, 1, 52, 52) }]);
  });
});

describe("unknown fields", () => {
  test("of every wire type are kept as received", () => {
    const { value } = decoded(40, 0x85, 0x80, 0, 41, 1, 2, 3, 4, 5, 6, 7, 8, 42, 2, 9, 9, 45, 1, 2, 3, 4, 8, 1);
    expect(value).toEqual({
      number: 1,
      $unknown: [
        { no: 5, wireType: 0, data: Uint8Array.of(0x85, 0x80, 0) },
        { no: 5, wireType: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
        { no: 5, wireType: 2, data: Uint8Array.of(2, 9, 9) },
        { no: 5, wireType: 5, data: Uint8Array.of(1, 2, 3, 4) },
      ],
    });
  });

  test("wrong wire type is unknown", () => {
    const { value } = decoded(13, 1, 0, 0, 0, 16, 7, 10, 0);
    expect(value).toMatchObject({ number: 0, $unknown: [{ no: 1, wireType: 5 }, { no: 2, wireType: 0 }, { no: 1 }] });
  });

  test("of the largest number are kept", () => {
    expect(decoded(0xf8, 0xff, 0xff, 0xff, 0x0f, 1).value?.$unknown).toEqual([
      { no: 536_870_911, wireType: 0, data: Uint8Array.of(1) },
    ]);
  });

  test("cut short are errors", () => {
    const whole = [40, 0x85, 1, 41, 1, 2, 3, 4, 5, 6, 7, 8, 42, 2, 9, 9, 45, 1, 2, 3, 4, 51, 8, 5, 52];
    const boundaries = [0, 3, 12, 16, 21, 25];
    for (let end = 0; end <= whole.length; end++) {
      const { error } = decoded(...whole.slice(0, end));
      expect(error === undefined, `cut at ${end}: ${error}`).toBe(boundaries.includes(end));
    }
  });
});

describe("a closed enum", () => {
  const numbers = new Set([1, 2, -1]);
  const read = (...octets: number[]) =>
    readPoisoned(Uint8Array.from(octets), (reader) => {
      const message: { $unknown?: UnknownField[] } = {};
      return [reader.closedEnum(40, message, numbers), message];
    });

  test("gives the numbers that it has", () => {
    expect(read(2)).toEqual({ value: [2, {}] });
    expect(read(...new Array(9).fill(255), 1)).toEqual({ value: [-1, {}] });
  });

  test("keeps others as unknown fields, a negative one with its 10 bytes", () => {
    expect(read(3)).toEqual({ value: [undefined, { $unknown: [{ no: 5, wireType: 0, data: Uint8Array.of(3) }] }] });
    const negative = Uint8Array.of(254, ...new Array(8).fill(255), 1);
    expect(read(...negative)).toEqual({
      value: [undefined, { $unknown: [{ no: 5, wireType: 0, data: negative }] }],
    });
  });
});

describe("nesting", () => {
  const depths: readonly (readonly [string, (depth: number) => number[]])[] = [
    ["messages", (depth) => nestedMessages(depth)],
    ["groups", (depth) => [...new Array(depth).fill(27), ...new Array(depth).fill(28)]],
    ["unknown groups", (depth) => [...new Array(depth).fill(51), ...new Array(depth).fill(52)]],
    ["messages and groups by turns", (depth) => mixed(depth)],
  ];
  test.each(depths)(`of ${maxNesting} %s is read, of one more is an error`, (_, octetsOf) => {
    expect(decoded(...octetsOf(maxNesting)).error).toBeUndefined();
    expect(decoded(...octetsOf(maxNesting + 1)).error).toMatch("a message nested more than 100 deep");
  });

  test("beside one another does not add up", () => {
    const many = Array.from({ length: 300 }, () => [18, 0, 27, 28, 51, 52]).flat();
    expect(decoded(...many).error).toBeUndefined();
  });

  test("a reader that has thrown is as new after reset", () => {
    const reader = new Reader(Uint8Array.from([...new Array(60).fill(27), 36]));
    expect(outcomeOf(() => decodeTree(reader, reader.end)).error).toMatch("which is not open");
    const deep = Uint8Array.from(nestedMessages(maxNesting));
    decodeTree(reader.reset(deep, 0, deep.length), deep.length);
    expect(reader.position).toBe(deep.length);
    // No group is open any more.
    expect(outcomeOf(() => decodeTree(reader.reset(Uint8Array.of(28), 0, 1), 1)).error).toMatch("which is not open");
  });
});

function decoded(...octets: number[]) {
  return readPoisoned(Uint8Array.from(octets), (reader, end) => decodeTree(reader, end));
}

function decodeTree(reader: Reader, end: number, into?: Tree): Tree {
  const message: Tree = into ?? { number: 0 };
  while (reader.position < end) {
    const tag = reader.tag();
    switch (tag) {
      case 8:
        message.number = reader.uint32();
        break;
      case 18:
        message.child = decodeTree(reader, reader.enter(), message.child);
        reader.leave();
        break;
      case 27:
        message.group = decodeTree(reader, reader.enterGroup(3), message.group);
        reader.leaveGroup();
        break;
      default:
        if (reader.unknown(tag, message)) return message;
    }
  }
  reader.done(end);
  return message;
}

function nestedMessages(depth: number): number[] {
  let octets: number[] = [];
  for (let i = 0; i < depth; i++) octets = [18, ...length(octets), ...octets];
  return octets;
}

function mixed(depth: number): number[] {
  let octets: number[] = [];
  for (let i = 0; i < depth; i++) octets = i % 2 === 0 ? [27, ...octets, 28] : [18, ...length(octets), ...octets];
  return octets;
}

function length(octets: readonly number[]): number[] {
  return octets.length < 128 ? [octets.length] : [(octets.length & 127) | 128, octets.length >>> 7];
}
