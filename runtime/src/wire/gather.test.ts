// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from "vitest";
import { outcomeOf } from "../../test/support/poison.js";
import { BufferOverflow } from "./buffer-overflow.js";
import {
  encodeGathering,
  encodeWhole,
  forgetGathered,
  gatheredBytesMin,
  gatheredPieces,
  gatheredSegments,
} from "./gather.js";
import { writeBytes } from "./write-bytes.js";
import { beginMessage, endMessage } from "./write-message.js";
import { writeString } from "./write-text.js";

/** A message with `bytes` before and behind a child, which may hold another one. */
interface Tree {
  readonly before?: Uint8Array;
  readonly child?: Tree;
  readonly text?: string;
  readonly after?: Uint8Array;
}

const treeCodec = { encode: encodeTree };

afterEach(forgetGathered);

test("bytes of 8,192 are referenced, those of 8,191 copied", () => {
  const buffer = new Uint8Array(20_000);
  const copied = encodeGathering(treeCodec, buffer, { before: ofLength(gatheredBytesMin - 1) }, 0);
  expect([copied, gatheredPieces]).toEqual([3 + 8191, 0]);
  const end = encodeGathering(treeCodec, buffer, { before: ofLength(gatheredBytesMin) }, 0);
  expect([end, gatheredPieces]).toEqual([3, 1]);
});

test("outside encodeGathering nothing is referenced", () => {
  expect(encodeTree(new Uint8Array(20_000), { before: ofLength(10_000) }, 0)).toBe(10_003);
  expect(gatheredPieces).toBe(0);
});

describe("the segments are the message, in order, at any nesting and position", () => {
  const large = [ofLength(8192, 1), ofLength(9000, 2), ofLength(70_000, 3), ofLength(8192, 4)];
  const trees: readonly (readonly [string, Tree])[] = [
    ["alone", { before: large[0] }],
    ["twice", { before: large[0], after: large[1] }],
    ["with text between", { before: large[0], text: "between", after: large[1] }],
    ["in a child", { child: { before: large[0] } }],
    ["in a child, and around", { before: large[1], child: { before: large[0], text: "t" }, after: large[2] }],
    ["five deep, on every level", nest(large, 5)],
    [
      "beside small ones",
      { before: ofLength(100, 9), child: { before: large[0], after: ofLength(3, 8) }, text: "end" },
    ],
  ];
  test.each(trees)("%s", (_, tree) => {
    const plain = new Uint8Array(2_000_000);
    const expected = plain.slice(0, encodeTree(plain, tree, 0));
    const buffer = new Uint8Array(4096);
    for (const start of [0, 14, 1000]) {
      const end = encodeGathering(treeCodec, buffer, tree, start);
      expect(gatheredPieces).toBe(largeOf(tree).length);
      const segments = gatheredSegments(buffer, start, end);
      expect(gatheredPieces).toBe(0);
      expect(Buffer.compare(concat(segments), expected)).toBe(0);
      // The user's own arrays, and views of the buffer.
      const own = largeOf(tree);
      const referenced = segments.filter((segment) => segment.buffer !== buffer.buffer);
      expect(referenced.map((segment, i) => segment === own[i])).toEqual(own.map(() => true));
      expect(segments.every(({ length }) => length > 0)).toBe(true);
    }
  });
});

test("nested copyWithin shifts recorded offsets", () => {
  // Each level's length takes more than one byte, so that each level's content moves once more.
  const tree: Tree = { child: { child: { child: { before: ofLength(8192), text: "x".repeat(30) } } } };
  const buffer = new Uint8Array(256);
  const segments = gatheredSegments(buffer, 0, encodeGathering(treeCodec, buffer, tree, 0));
  expect(segments.map(({ length }) => length)).toEqual([12, 8192, 32]);
});

test("gather and re-run resets the parts", () => {
  const tree: Tree = { before: ofLength(8192, 1), text: "x".repeat(100), after: ofLength(8192, 2) };
  const overflow = outcomeOf(() => encodeGathering(treeCodec, new Uint8Array(60), tree, 0));
  expect(overflow.error).toBe("the buffer is too small for the message");
  expect(gatheredPieces).toBe(0);
  const buffer = new Uint8Array(300);
  const segments = gatheredSegments(buffer, 0, encodeGathering(treeCodec, buffer, tree, 0));
  expect(segments.map(({ length }) => length)).toEqual([3, 8192, 105, 8192]);
});

test("an encoding that throws references nothing, and the next one is whole", () => {
  const broken = { before: ofLength(8192), text: 5 as never };
  expect(() => encodeGathering(treeCodec, new Uint8Array(300), broken, 0)).toThrow(TypeError);
  expect(gatheredPieces).toBe(0);
  const buffer = new Uint8Array(16);
  expect([...buffer.subarray(0, encodeTree(buffer, { child: { text: "a" } }, 0))]).toEqual([18, 3, 26, 1, 97]);
});

test("segments that nobody took do not enter the next message", () => {
  const buffer = new Uint8Array(300);
  encodeGathering(treeCodec, buffer, { before: ofLength(8192) }, 0);
  const end = encodeGathering(treeCodec, buffer, { text: "a" }, 0);
  expect(gatheredPieces).toBe(0);
  expect([...buffer.subarray(0, end)]).toEqual([26, 1, 97]);
});

describe("a getter of a message that is gathered", () => {
  test("may encode another message whole", () => {
    const inner = new Uint8Array(20_000);
    let innerEnd = 0;
    const tree: Tree = {
      before: ofLength(8192, 1),
      get text() {
        innerEnd = encodeWhole(treeCodec, inner, { child: { before: ofLength(9000, 2) } }, 0);
        return "t";
      },
      after: ofLength(8192, 3),
    };
    const buffer = new Uint8Array(300);
    const segments = gatheredSegments(buffer, 0, encodeGathering(treeCodec, buffer, tree, 0));
    expect(segments.map(({ length }) => length)).toEqual([3, 8192, 6, 8192]);
    expect(innerEnd).toBe(3 + 3 + 9000);
    expect(inner.subarray(6, innerEnd)).toEqual(ofLength(9000, 2));
  });

  test("may fail to: the outer message is unharmed", () => {
    const tree: Tree = {
      before: ofLength(8192),
      get text() {
        expect(() => encodeWhole(treeCodec, new Uint8Array(4), { text: "long" }, 0)).toThrow(BufferOverflow);
        return "t";
      },
    };
    const buffer = new Uint8Array(300);
    const segments = gatheredSegments(buffer, 0, encodeGathering(treeCodec, buffer, tree, 0));
    expect(segments.map(({ length }) => length)).toEqual([3, 8192, 3]);
  });

  test("may not send one", () => {
    const tree: Tree = {
      get text() {
        return String(encodeGathering(treeCodec, new Uint8Array(99), {}, 0));
      },
    };
    expect(() => encodeGathering(treeCodec, new Uint8Array(99), tree, 0)).toThrow(
      "a getter of a message that is being sent may not send another message",
    );
  });
});

function encodeTree(buffer: Uint8Array, tree: Tree, position: number): number {
  if (tree.before !== undefined) position = writeBytes(buffer, position, 10, tree.before, "Tree.before");
  if (tree.child !== undefined) {
    const start = beginMessage(buffer, position, 18);
    position = endMessage(buffer, start, encodeTree(buffer, tree.child, start));
  }
  const { text } = tree;
  if (text !== undefined) position = writeString(buffer, position, 26, text, "Tree.text");
  if (tree.after !== undefined) position = writeBytes(buffer, position, 34, tree.after, "Tree.after");
  return position;
}

function largeOf({ before, child, after }: Tree): Uint8Array[] {
  const all = [before, ...(child === undefined ? [] : largeOf(child)), after];
  return all.filter((bytes) => bytes !== undefined && bytes.length >= gatheredBytesMin) as Uint8Array[];
}

function nest(large: readonly Uint8Array[], depth: number): Tree {
  if (depth === 0) return { text: "leaf" };
  return { before: large[depth % 4], child: nest(large, depth - 1), text: "t", after: large[(depth + 1) % 4] };
}

function ofLength(length: number, octet = 7): Uint8Array {
  return new Uint8Array(length).fill(octet);
}

function concat(segments: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(segments.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const segment of segments) {
    whole.set(segment, at);
    at += segment.length;
  }
  return whole;
}
