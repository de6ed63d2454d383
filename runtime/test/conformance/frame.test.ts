// SPDX-License-Identifier: Apache-2.0
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { readFrames, writeFrame } from "./frame.js";

const messages = [Uint8Array.of(1, 2, 3), new Uint8Array(0), Uint8Array.of(255, 0)];

async function written(): Promise<Uint8Array> {
  const pipe = new PassThrough();
  for (const message of messages) await writeFrame(pipe, message);
  pipe.end();
  return Buffer.concat(await pipe.toArray());
}

async function read(...chunks: Uint8Array[]): Promise<number[][]> {
  const frames: number[][] = [];
  async function* input(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  for await (const frame of readFrames(input())) frames.push([...frame]);
  return frames;
}

test("a frame is 4 bytes of big-endian length and the message", async () => {
  expect([...(await written()).subarray(0, 7)]).toEqual([0, 0, 0, 3, 1, 2, 3]);
});

test("frames come back whole from input cut at any offset", async () => {
  const bytes = await written();
  const expected = messages.map((message) => [...message]);
  expect(await read(bytes)).toEqual(expected);
  expect(await read(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(expected);
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(await read(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(expected);
  }
});

test("input that ends inside a message is an error", async () => {
  await expect(read(Uint8Array.of(0, 0, 0, 2, 9))).rejects.toThrow("input ended 5 bytes into a message");
});

test("protobuf's suite wants the length little-endian", async () => {
  const pipe = new PassThrough();
  await writeFrame(pipe, Uint8Array.of(7, 8), true);
  pipe.end();
  const bytes = Buffer.concat(await pipe.toArray());
  expect([...bytes]).toEqual([2, 0, 0, 0, 7, 8]);
  const frames: number[][] = [];
  for await (const frame of readFrames(new PassThrough().end(bytes), true)) frames.push([...frame]);
  expect(frames).toEqual([[7, 8]]);
});
