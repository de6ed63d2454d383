// SPDX-License-Identifier: Apache-2.0
// Which memory a message shares: with the chunk that it is read from, with the buffer that it is written into.
import { type MessageCodec, Reader } from "petrel/codegen";
import { afterEach, describe, expect, test } from "vitest";
import { fromBytes, toBytes } from "../../runtime/src/rpc/bytes.js";
import { encodeGathering, forgetGathered, gatheredPieces, gatheredSegments } from "../../runtime/src/wire/gather.js";
import * as sizeScalars from "../../testdata/golden/codec-size/petrel/test/scalars_pb.js";
import * as maps from "../../testdata/golden/default/petrel/test/maps_pb.js";
import * as oneofs from "../../testdata/golden/default/petrel/test/oneofs_pb.js";
import * as scalars from "../../testdata/golden/default/petrel/test/scalars_pb.js";
import * as wellKnown from "../../testdata/golden/default/petrel/test/well_known_pb.js";

afterEach(forgetGathered);

/** Decodes, then overwrites the chunk: whether each of the message's `bytes` has changed with it. */
function sharedWithChunk<T>(
  codec: MessageCodec<T, never>,
  chunk: Uint8Array,
  bytesIn: (message: T) => readonly Uint8Array[],
  reused = false,
): boolean[] {
  const reader = new Reader(chunk);
  reader.reused = reused;
  const all = bytesIn(codec.decode(reader, chunk.length));
  const before = all.map((bytes) => bytes.slice());
  chunk.fill(0xee);
  return all.map((bytes, i) => {
    const shared = bytes.length > 0 && bytes.every((octet) => octet === 0xee);
    if (!shared) expect(Buffer.compare(bytes, before[i] as Uint8Array)).toBe(0);
    return shared;
  });
}

/** A chunk of its own memory. */
function chunkOf(bytes: Uint8Array, length = bytes.length): Uint8Array {
  const chunk = new Uint8Array(new ArrayBuffer(length), 0, bytes.length);
  chunk.set(bytes);
  return chunk;
}

describe("bytes that are read", () => {
  const field = (length: number) => toBytes(scalars.ScalarsCodec, { bytesField: new Uint8Array(length).fill(1) });
  const inField = ({ bytesField }: scalars.Scalars) => [bytesField];

  test("are copies below 4 KiB and views from there on", () => {
    for (const [length, view] of [
      [0, false],
      [1, false],
      [4095, false],
      [4096, true],
      [100_000, true],
    ] as const) {
      expect(sharedWithChunk(scalars.ScalarsCodec, chunkOf(field(length)), inField)).toEqual([view]);
    }
  });

  test("are copies below a quarter of the chunk's memory and views from there on", () => {
    expect(sharedWithChunk(scalars.ScalarsCodec, chunkOf(field(16_383), 65_536), inField)).toEqual([false]);
    expect(sharedWithChunk(scalars.ScalarsCodec, chunkOf(field(16_384), 65_536), inField)).toEqual([true]);
  });

  test("are always copies when the chunk is reused", () => {
    for (const length of [1, 4096, 100_000]) {
      expect(sharedWithChunk(scalars.ScalarsCodec, chunkOf(field(length)), inField, true)).toEqual([false]);
    }
  });

  test("by codec=size are none of a reused chunk's, and no small ones of any", () => {
    const inSizeField = ({ bytesField }: sizeScalars.Scalars) => [bytesField];
    expect(sharedWithChunk(sizeScalars.ScalarsCodec, chunkOf(field(100_000)), inSizeField, true)).toEqual([false]);
    expect(sharedWithChunk(sizeScalars.ScalarsCodec, chunkOf(field(100)), inSizeField)).toEqual([false]);
  });

  test("follow the rule in lists, maps, oneofs, wrappers and unknown fields", () => {
    const [small, large] = [new Uint8Array(10).fill(1), new Uint8Array(5000).fill(2)];
    const list = toBytes(scalars.RepeatedScalarsCodec, { bytesField: [small, large] });
    const inList = (message: scalars.RepeatedScalars) => message.bytesField;
    expect(sharedWithChunk(scalars.RepeatedScalarsCodec, chunkOf(list), inList)).toEqual([false, true]);
    expect(sharedWithChunk(scalars.RepeatedScalarsCodec, chunkOf(list), inList, true)).toEqual([false, false]);
    const map = toBytes(maps.MapsCodec, { toBytes: { a: small, b: large } });
    const inMap = (message: maps.Maps) => Object.values(message.toBytes);
    expect(sharedWithChunk(maps.MapsCodec, chunkOf(map), inMap)).toEqual([false, true]);
    const oneof = toBytes(oneofs.OneofsCodec, { value: { case: "raw", value: large } });
    const inOneof = ({ value }: oneofs.Oneofs) => (value.case === "raw" ? [value.value] : []);
    expect(sharedWithChunk(oneofs.OneofsCodec, chunkOf(oneof), inOneof)).toEqual([true]);
    const wrapper = toBytes(wellKnown.WellKnownCodec, { bytesValue: large });
    const inWrapper = ({ bytesValue }: wellKnown.WellKnown) => [bytesValue ?? small];
    expect(sharedWithChunk(wellKnown.WellKnownCodec, chunkOf(wrapper), inWrapper)).toEqual([true]);
    const inUnknown = ({ $unknown }: scalars.Empty) => ($unknown ?? []).map(({ data }) => data);
    expect(sharedWithChunk(scalars.EmptyCodec, chunkOf(list), inUnknown)).toEqual([false, true]);
    expect(sharedWithChunk(scalars.EmptyCodec, chunkOf(list), inUnknown, true)).toEqual([false, false]);
  });

  test("of a Buffer are a Uint8Array, not a Buffer", () => {
    for (const length of [10, 5000]) {
      const { bytesField } = fromBytes(scalars.ScalarsCodec, Buffer.from(field(length)));
      expect(Object.getPrototypeOf(bytesField)).toBe(Uint8Array.prototype);
    }
  });
});

describe("bytes that are written", () => {
  test("are no memory of the next message, nor the user's", () => {
    const bytesField = new Uint8Array(5000).fill(1);
    const first = toBytes(scalars.ScalarsCodec, { bytesField });
    const second = toBytes(scalars.ScalarsCodec, { bytesField: new Uint8Array(5000).fill(2) });
    bytesField.fill(3);
    expect(fromBytes(scalars.ScalarsCodec, first).bytesField.every((octet) => octet === 1)).toBe(true);
    expect(first.buffer).not.toBe(second.buffer);
    expect(first.buffer.byteLength).toBe(first.length);
  });

  test("when gathered are the user's own, in their places, at every nesting", () => {
    const [one, two, three] = [1, 2, 3].map((octet) => new Uint8Array(9000 + octet).fill(octet)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const small = new Uint8Array(10).fill(9);
    const init: maps.MapsInit = {
      byString: { before: "x".repeat(200) },
      toBytes: { one, small },
      toMessage: { nested: { bytesField: two, stringField: "y".repeat(150), renamed: "after" } },
      toItself: { deeper: { toMessage: { deepest: { bytesField: three } }, toItself: { end: {} } } },
    };
    const buffer = new Uint8Array(4096);
    const end = encodeGathering(maps.MapsCodec, buffer, init, 5);
    expect(gatheredPieces).toBe(3);
    const segments = gatheredSegments(buffer, 5, end);
    expect(segments.filter((segment) => segment.buffer !== buffer.buffer)).toHaveLength(3);
    expect([segments[1] === one, segments[3] === two, segments[5] === three]).toEqual([true, true, true]);
    expect(Buffer.compare(Buffer.concat(segments), toBytes(maps.MapsCodec, init))).toBe(0);
    expect(fromBytes(maps.MapsCodec, Buffer.concat(segments))).toEqual(maps.createMaps(init));
  });

  test("when gathered into a buffer too small are gathered anew", () => {
    const data = new Uint8Array(9000).fill(1);
    const init: scalars.RepeatedScalarsInit = { stringField: ["x".repeat(300)], bytesField: [data, data] };
    expect(() => encodeGathering(scalars.RepeatedScalarsCodec, new Uint8Array(200), init, 0)).toThrow("too small");
    const buffer = new Uint8Array(1000);
    const end = encodeGathering(scalars.RepeatedScalarsCodec, buffer, init, 0);
    const segments = gatheredSegments(buffer, 0, end);
    expect(segments.filter((segment) => segment === data)).toHaveLength(2);
    expect(Buffer.compare(Buffer.concat(segments), toBytes(scalars.RepeatedScalarsCodec, init))).toBe(0);
  });
});
