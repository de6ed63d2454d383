// SPDX-License-Identifier: Apache-2.0
import { frame } from "../support/http2-frames.js";
import { concat } from "../support/http2-pair.js";
import type { Random } from "../support/random.js";

type Mutation = (frames: Uint8Array[], random: Random, others: readonly Uint8Array[]) => void;

const bigFrame = 16_384;
const interesting = [0, 1, 2, 4, 7, 8, 9, 0x20, 0x40, 0x7f, 0x80, 0xff];

/** What is done to a session's frames. Frames are replaced, never changed: they belong to the recording. */
const mutations: readonly Mutation[] = [
  // Bits and octets.
  (frames, random) => edit(frames, random, (bytes) => (bytes[random.below(bytes.length)] ^= 1 << random.below(8))),
  (frames, random) => edit(frames, random, (bytes) => (bytes[random.below(bytes.length)] = random.below(256))),
  (frames, random) => edit(frames, random, (bytes) => (bytes[random.below(bytes.length)] = random.pick(interesting))),
  // Header fields: length lies, type, flags, stream.
  (frames, random) => edit(frames, random, (bytes) => (bytes[2] = bytes[2] + random.pick([-2, -1, 1, 2]))),
  (frames, random) => edit(frames, random, (bytes) => (bytes[random.below(3)] = random.below(256))),
  (frames, random) => edit(frames, random, (bytes) => (bytes[3] = random.below(12))),
  (frames, random) => edit(frames, random, (bytes) => (bytes[4] ^= random.pick([1, 4, 8, 0x20]))),
  (frames, random) => edit(frames, random, (bytes) => (bytes[8] = random.below(10))),
  (frames, random) => edit(frames, random, (bytes) => (bytes[5 + random.below(4)] = random.below(256))),
  // Truncation, with and without an honest length.
  (frames, random) => replace(frames, random, (bytes) => bytes.slice(0, random.below(bytes.length))),
  (frames, random) =>
    replace(frames, random, (bytes) => {
      const shorter = bytes.slice(0, Math.min(bytes.length, 9 + random.below(Math.max(1, bytes.length - 9))));
      return withLength(shorter);
    }),
  (frames, random) =>
    replace(frames, random, (bytes) => withLength(concat([bytes, random.bytes(1 + random.below(20))]))),
  // Order: removal, swap, repetition, splice.
  (frames, random) => void frames.splice(random.below(frames.length), 1),
  (frames, random) => {
    const [moved] = frames.splice(random.below(frames.length), 1);
    frames.splice(random.below(frames.length + 1), 0, moved);
  },
  (frames, random) => {
    const index = random.below(frames.length);
    frames.splice(index, 0, frames[index]);
  },
  (frames, random) => {
    const index = random.below(frames.length);
    if (frames[index].length > 256) return;
    frames.splice(index, 0, ...new Array<Uint8Array>(random.pick([3, 12, 150])).fill(frames[index]));
  },
  (frames, random, others) => void frames.splice(random.below(frames.length + 1), 0, random.pick(others)),
  (frames, random, others) => {
    const from = random.below(others.length);
    frames.splice(random.below(frames.length + 1), frames.length, ...others.slice(from, from + 30));
  },
  // Frames nobody recorded.
  (frames, random) => void frames.splice(random.below(frames.length + 1), 0, inventedFrame(random)),
];

/** A session as bytes, after one to four mutations. */
export function mutateFrames(
  session: readonly Uint8Array[],
  others: readonly Uint8Array[],
  random: Random,
  protectedFrames: number,
): Uint8Array {
  const kept = session.slice(0, protectedFrames);
  const frames = session.slice(protectedFrames);
  for (let count = random.below(4); count >= 0 && frames.length > 0; count--) {
    random.pick(mutations)(frames, random, others);
  }
  return concat([...kept, ...frames]);
}

function edit(frames: Uint8Array[], random: Random, change: (bytes: Uint8Array) => void): void {
  replace(frames, random, (bytes) => {
    if (bytes.length === 0) return bytes;
    const changed = bytes.slice();
    change(changed);
    return changed;
  });
}

function replace(frames: Uint8Array[], random: Random, change: (bytes: Uint8Array) => Uint8Array): void {
  const index = random.below(frames.length);
  frames[index] = change(frames[index]);
}

function withLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 9) return bytes;
  const length = bytes.length - 9;
  bytes[0] = length >>> 16;
  bytes[1] = length >>> 8;
  bytes[2] = length;
  return bytes;
}

function inventedFrame(random: Random): Uint8Array {
  const length = random.pick([0, 1, 4, 5, 6, 8, 9, random.below(64), random.below(64), bigFrame]);
  const payload = length === bigFrame ? new Uint8Array(length).fill(random.below(256)) : random.bytes(length);
  const type = random.below(8) === 0 ? random.below(256) : random.below(10);
  return frame(type, random.below(256), random.below(8), payload);
}
