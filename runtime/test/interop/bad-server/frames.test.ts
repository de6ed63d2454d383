// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import {
  encodeData,
  encodeFrame,
  encodeHeaders,
  encodeNumbers,
  encodeSettings,
  FrameReader,
  FrameType,
} from "./frames.js";

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

describe("FrameReader", () => {
  it("reads the same frames whole and cut at every offset", () => {
    const bytes = Buffer.concat([
      preface,
      encodeSettings([[4, 1_000]]),
      encodeFrame(FrameType.PING, 1, 0, Buffer.from("12345678")),
      encodeData(5, Buffer.from("data"), 3),
    ]);
    const whole = new FrameReader().read(bytes);
    expect(whole.map(({ type, flags, streamId }) => [type, flags, streamId])).toEqual([
      [4, 0, 0],
      [6, 1, 0],
      [0, 8, 5],
    ]);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = new FrameReader();
      expect([...reader.read(bytes.subarray(0, cut)), ...reader.read(bytes.subarray(cut))]).toEqual(whole);
    }
  });

  it("refuses a client that does not begin with the preface, RFC 9113 §3.4", () => {
    expect(() => new FrameReader().read(Buffer.alloc(24))).toThrow("preface");
  });
});

describe("frames", () => {
  it("carry padding behind its length octet, RFC 9113 §6.1", () => {
    expect(encodeData(1, Buffer.from("ab"), 2).toString("hex")).toBe("000005000800000001" + "02" + "6162" + "0000");
  });

  it("carry fields as raw literals without indexing, RFC 7541 §6.2.2", () => {
    expect(encodeHeaders(1, [["a", "bc"]], true).toString("hex")).toBe("000006010500000001" + "00" + "0161" + "026263");
  });

  it("carry numbers as 32 bits, big endian", () => {
    expect(encodeNumbers(FrameType.GOAWAY, 0, 1, 2).toString("hex")).toBe(
      "000008070000000000" + "00000001" + "00000002",
    );
  });
});
