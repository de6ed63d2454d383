// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import {
  clientHello,
  dataFrame,
  frame,
  headersFrame,
  pingFrame,
  resetFrame,
  setting,
  settingsFrame,
  windowUpdate,
} from "../../test/support/http2-frames.js";
import { concat, okTrailers, requestHead, responseHead, TestEndpoint } from "../../test/support/http2-pair.js";
import { Random } from "../../test/support/random.js";

const clientSession: readonly Uint8Array[] = [
  clientHello.slice(0, 24),
  settingsFrame(setting(4, 100_000), setting(5, 16_384)),
  headersFrame(1, requestHead, 4),
  dataFrame(1, [0, 0, 0, 0, 2, 8, 1]),
  frame(4, 1, 0),
  headersFrame(3),
  dataFrame(1, [5, 1, 2, 0, 0, 0, 0, 0], 0x9),
  windowUpdate(0, 1_000),
  windowUpdate(3, 1_000),
  pingFrame(),
  frame(1, 0x21, 5, [0, 0, 0, 1, 9, 0x83]),
  frame(9, 4, 5, [0x86, 0x84]),
  resetFrame(3, 8),
  frame(2, 0, 5, [0, 0, 0, 1, 9]),
  frame(7, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]),
];
const serverSession: readonly Uint8Array[] = [
  settingsFrame(setting(3, 100)),
  frame(4, 1, 0),
  headersFrame(1, responseHead, 4),
  dataFrame(1, [0, 0, 0, 0, 2, 8, 1]),
  headersFrame(1, okTrailers),
  headersFrame(3, responseHead, 4),
  windowUpdate(0, 1_000),
  dataFrame(3, new Uint8Array(200)),
  pingFrame(),
  resetFrame(5, 7),
  resetFrame(3, 0),
  frame(7, 0, 0, [0, 0, 0, 7, 0, 0, 0, 0]),
];

/** Flips, cuts, repeats, swaps and lengthens frames and their octets. */
function mutate(session: readonly Uint8Array[], random: Random): Uint8Array {
  const frames: Uint8Array[] = session.map((one) => one.slice());
  for (let change = random.below(4); change >= 0; change--) {
    const index = random.below(frames.length);
    const chosen = frames[index];
    const kind = random.below(7);
    if (kind <= 2) chosen[random.below(chosen.length)] = random.below(256);
    else if (kind === 3) frames.splice(index, 1, chosen.slice(0, random.below(chosen.length)));
    else if (kind === 4) frames.splice(index, 0, random.pick(frames), random.pick(frames));
    else if (kind === 5)
      frames.splice(
        index,
        0,
        frame(random.below(12), random.below(256), random.below(8), random.bytes(random.below(40))),
      );
    else frames.push(...frames.splice(index, 1));
    if (frames.length === 0) break;
  }
  return concat(frames);
}

test("5,000 mutated sessions never throw, and end in a legal way", () => {
  for (let seed = 1; seed <= 5_000; seed++) {
    const random = new Random(seed);
    const role = seed % 2 === 0 ? "client" : "server";
    const endpoint = new TestEndpoint(role);
    endpoint.onRequest = (request, endStream) => {
      if (!endStream) return;
      request.stream?.sendHeaders(responseHead, false);
      request.stream?.sendData(new Uint8Array(300), false);
      request.stream?.sendHeaders(okTrailers, true);
      request.stream?.release();
    };
    const calls = role === "client" ? [endpoint.open(true), endpoint.open(), endpoint.open(true)] : [];
    const bytes = mutate(role === "client" ? serverSession : clientSession, random);
    const note = `seed ${seed}`;
    endpoint.give(bytes, random.below(3) === 0 ? 1 + random.below(20) : undefined);
    endpoint.take();
    const code = endpoint.ended?.error?.errorCode;
    expect(code, `${note}: ${endpoint.ended?.error?.message}`).not.toBe(2);
    endpoint.advance(200_000);
    endpoint.connection.inputEnded();
    expect(endpoint.ended, note).toBeDefined();
    expect([endpoint.connection.streams, endpoint.connection.nextTimeout()], note).toEqual([
      0,
      Number.POSITIVE_INFINITY,
    ]);
    for (const call of calls) {
      const ends = call?.events.filter((event) => event.endsWith(" end") || event.startsWith("reset")) ?? [];
      expect(ends.length, `${note}: ${ends}`).toBe(1);
    }
  }
});
