// SPDX-License-Identifier: Apache-2.0

/** Frame types (RFC 9113 §6). Others are ignored, except inside a field block (RFC 9113 §5.5). */
export const FrameType = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

/** Frame flags (RFC 9113 §6). ACK and END_STREAM share a bit on different frames. */
export const FrameFlag = { END_STREAM: 0x1, ACK: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

/** Octets of a frame header (RFC 9113 §4.1). */
export const frameHeaderBytes = 9;

const typeNames = Object.keys(FrameType);

/** `HEADERS`, or `frame type 0x1f` for one RFC 9113 does not define. */
export function formatFrameType(type: number): string {
  return typeNames[type] ?? `frame type 0x${type.toString(16)}`;
}

/** Writes the nine octets of a frame header; returns the position of the payload. */
export function encodeFrameHeader(
  buffer: Uint8Array,
  position: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  buffer[position] = length >>> 16;
  buffer[position + 1] = length >>> 8;
  buffer[position + 2] = length;
  buffer[position + 3] = type;
  buffer[position + 4] = flags;
  buffer[position + 5] = streamId >>> 24;
  buffer[position + 6] = streamId >>> 16;
  buffer[position + 7] = streamId >>> 8;
  buffer[position + 8] = streamId;
  return position + 9;
}

/** The 24-bit length at the start of a frame header. */
export function decodeFrameLength(buffer: Uint8Array, position: number): number {
  return (buffer[position] << 16) | (buffer[position + 1] << 8) | buffer[position + 2];
}

/** A 31-bit number whose reserved first bit is ignored: stream identifiers, window increments. */
export function decodeUint31(buffer: Uint8Array, position: number): number {
  return (
    ((buffer[position] & 0x7f) << 24) |
    (buffer[position + 1] << 16) |
    (buffer[position + 2] << 8) |
    buffer[position + 3]
  );
}

/** A 32-bit number: error codes, setting values. */
export function decodeUint32(buffer: Uint8Array, position: number): number {
  return (
    ((buffer[position] << 24) | (buffer[position + 1] << 16) | (buffer[position + 2] << 8) | buffer[position + 3]) >>> 0
  );
}

/** Writes a 32-bit number; returns the position behind it. */
export function encodeUint32(buffer: Uint8Array, position: number, value: number): number {
  buffer[position] = value >>> 24;
  buffer[position + 1] = value >>> 16;
  buffer[position + 2] = value >>> 8;
  buffer[position + 3] = value;
  return position + 4;
}
