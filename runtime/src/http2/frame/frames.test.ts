// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { encodeDataHeader } from "./data.js";
import { encodeGoaway, goawayFrameBytes } from "./goaway.js";
import { decodeFrameLength, decodeUint31, decodeUint32, encodeFrameHeader, formatFrameType } from "./header.js";
import { encodeHeadersFrames, fieldBlockOverhead } from "./headers.js";
import { decodePadding } from "./padding.js";
import { encodePing, encodePingAck, pingFrameBytes } from "./ping.js";
import { decodeRstStream, encodeRstStream, rstStreamFrameBytes } from "./rst-stream.js";
import { encodeSettings, encodeSettingsAck, settingsFrameBytes } from "./settings.js";
import { decodeWindowUpdate, encodeWindowUpdate, windowUpdateFrameBytes } from "./window-update.js";

test("a frame header round-trips at the ends of its ranges (§4.1)", () => {
  const bytes = new Uint8Array(9);
  for (const [length, type, flags, streamId] of [
    [0, 0, 0, 0],
    [16_777_215, 255, 255, 2 ** 31 - 1],
    [16_384, 1, 4, 3],
  ]) {
    expect(encodeFrameHeader(bytes, 0, length, type, flags, streamId)).toBe(9);
    expect([decodeFrameLength(bytes, 0), bytes[3], bytes[4], decodeUint31(bytes, 5)]).toEqual([
      length,
      type,
      flags,
      streamId,
    ]);
  }
});

test("the reserved bit is ignored, a 32-bit number is unsigned", () => {
  const bytes = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
  expect([decodeUint31(bytes, 0), decodeUint32(bytes, 0)]).toEqual([2 ** 31 - 1, 2 ** 32 - 1]);
});

test("each encoder writes as many octets as its frame is said to have", () => {
  const bytes = new Uint8Array(100);
  expect(encodeRstStream(bytes, 0, 1, 8)).toBe(rstStreamFrameBytes);
  expect(decodeRstStream(bytes, 9, 13, 1)).toBe(8);
  expect(encodeWindowUpdate(bytes, 0, 1, 65_535)).toBe(windowUpdateFrameBytes);
  expect(decodeWindowUpdate(bytes, 9, 13, 1)).toBe(65_535);
  expect(encodePing(bytes, 0, 1, 2)).toBe(pingFrameBytes);
  expect(encodePingAck(bytes, 20, bytes, 9)).toBe(20 + pingFrameBytes);
  expect([...bytes.slice(29, 37)]).toEqual([0, 0, 0, 1, 0, 0, 0, 2]);
  expect(
    encodeSettings(bytes, 0, [
      [3, 256],
      [4, 2 ** 31 - 1],
    ]),
  ).toBe(settingsFrameBytes(2));
  expect(encodeSettingsAck(bytes, 0)).toBe(9);
  expect(encodeGoaway(bytes, 0, 1, 0, Uint8Array.of(1, 2))).toBe(goawayFrameBytes(Uint8Array.of(1, 2)));
  expect(encodeDataHeader(bytes, 0, 5, 1, true)).toBe(9);
});

for (const length of [0, 1, 99, 100, 101, 200, 201, 999]) {
  test(`a field block of ${length} octets is cut into frames of 100 without loss (§6.10)`, () => {
    const blockBytes = Uint8Array.from({ length }, (_, index) => index * 7);
    const buffer = new Uint8Array(length + fieldBlockOverhead(length, 100));
    buffer.set(blockBytes, 9);
    const end = encodeHeadersFrames(buffer, 0, 9 + length, 5, true, 100);
    const seen: number[] = [];
    const flags: number[] = [];
    let position = 0;
    while (position < end) {
      const size = decodeFrameLength(buffer, position);
      expect(size).toBeLessThanOrEqual(100);
      expect([buffer[position + 3], decodeUint31(buffer, position + 5)]).toEqual([position === 0 ? 1 : 9, 5]);
      flags.push(buffer[position + 4]);
      seen.push(...buffer.slice(position + 9, position + 9 + size));
      position += 9 + size;
    }
    expect(seen).toEqual([...blockBytes]);
    expect(flags.map((one) => one & 4).lastIndexOf(4)).toBe(flags.length - 1);
    expect(flags.filter((one) => (one & 4) !== 0)).toHaveLength(1);
    expect(flags[0] & 1).toBe(1);
  });
}

test("padding counts its length octet and may not fill the payload (§6.1)", () => {
  expect(decodePadding(Uint8Array.of(2, 9, 0, 0), 0, 4, 0, 8)).toBe(3);
  expect(decodePadding(Uint8Array.of(3, 0, 0, 0), 0, 4, 0, 8)).toBe(4);
  expect(decodePadding(Uint8Array.of(3, 0, 0, 0), 0, 4, 0, 0)).toBe(0);
  expect(() => decodePadding(Uint8Array.of(4, 0, 0, 0), 0, 4, 1, 8)).toThrow("padding of 4 octets in HEADERS of 4");
});

test("unknown types have a name, too", () => {
  expect([formatFrameType(9), formatFrameType(0x1f)]).toEqual(["CONTINUATION", "frame type 0x1f"]);
});
