// SPDX-License-Identifier: Apache-2.0
import { decodeFrameLength, decodeUint31, decodeUint32, encodeFrameHeader } from "../../src/http2/frame/header.js";
import { HpackEncoder } from "../../src/http2/hpack/encoder.js";
import type { Field } from "../../src/http2/hpack/field.js";
import { connectionPreface } from "../../src/http2/preface.js";
import { concat, requestHead } from "./http2-pair.js";

/** One frame, written by hand. */
export function frame(type: number, flags: number, streamId: number, payload: ArrayLike<number> = []): Uint8Array {
  const bytes = new Uint8Array(9 + payload.length);
  encodeFrameHeader(bytes, 0, payload.length, type, flags, streamId);
  bytes.set(payload, 9);
  return bytes;
}

export const uint32 = (value: number): number[] => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
];
export const setting = (id: number, value: number): number[] => [0, id, ...uint32(value)];
export const settingsFrame = (...entries: number[][]): Uint8Array => frame(4, 0, 0, entries.flat());
export const dataFrame = (streamId: number, payload: ArrayLike<number>, flags = 0): Uint8Array =>
  frame(0, flags, streamId, payload);
export const resetFrame = (streamId: number, code: number): Uint8Array => frame(3, 0, streamId, uint32(code));
export const windowUpdate = (streamId: number, increment: number): Uint8Array =>
  frame(8, 0, streamId, uint32(increment));
export const pingFrame = (flags = 0): Uint8Array => frame(6, flags, 0, [1, 2, 3, 4, 5, 6, 7, 8]);

/** A field block that leaves the decoder's table alone, so that blocks may be sent in any order and number. */
export function block(fields: readonly Field[]): Uint8Array {
  const encoder = new HpackEncoder(0);
  const buffer = new Uint8Array(encoder.maxEncodedBytes(fields));
  const bytes = buffer.slice(0, encoder.encode(fields, buffer, 0));
  return bytes[0] === 0x20 ? bytes.slice(1) : bytes;
}

/** HEADERS with END_HEADERS, and END_STREAM unless told otherwise. */
export function headersFrame(streamId: number, fields: readonly Field[] = requestHead, flags = 0x5): Uint8Array {
  return frame(1, flags, streamId, block(fields));
}

/** What a client sends first. */
export const clientHello: Uint8Array = concat([connectionPreface, settingsFrame()]);

export interface SeenFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Uint8Array;
}

/** Takes a server's or client's output apart. Throws when it is not whole frames. */
export function parseFrames(bytes: Uint8Array): SeenFrame[] {
  const frames: SeenFrame[] = [];
  let position = 0;
  while (position < bytes.length) {
    const end = position + 9 + decodeFrameLength(bytes, position);
    if (end > bytes.length) throw new Error(`output ends inside a frame at ${position}`);
    frames.push({
      type: bytes[position + 3],
      flags: bytes[position + 4],
      streamId: decodeUint31(bytes, position + 5),
      payload: bytes.slice(position + 9, end),
    });
    position = end;
  }
  return frames;
}

/** Frames in short: "HEADERS 1 end", "RST_STREAM 1 code 8", "GOAWAY last 1 code 0". */
export function describeFrames(bytes: Uint8Array): string[] {
  return parseFrames(bytes).map(({ type, flags, streamId, payload }) => {
    const end = (flags & 1) !== 0 ? " end" : "";
    const ack = (flags & 1) !== 0 ? " ack" : "";
    switch (type) {
      case 0:
        return `DATA ${streamId} of ${payload.length}${end}`;
      case 1:
        return `HEADERS ${streamId}${end}`;
      case 3:
        return `RST_STREAM ${streamId} code ${decodeUint32(payload, 0)}`;
      case 4:
        return `SETTINGS${ack}`;
      case 6:
        return `PING${ack}`;
      case 7:
        return `GOAWAY last ${decodeUint31(payload, 0)} code ${decodeUint32(payload, 4)}`;
      case 8:
        return `WINDOW_UPDATE ${streamId} by ${decodeUint31(payload, 0)}`;
      default:
        return `type ${type} on ${streamId}`;
    }
  });
}
