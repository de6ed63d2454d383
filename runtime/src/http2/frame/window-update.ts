// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { decodeUint31, encodeFrameHeader, encodeUint32, FrameType } from "./header.js";

/** Octets of a WINDOW_UPDATE frame. */
export const windowUpdateFrameBytes = 13;

/**
 * The increment of WINDOW_UPDATE. Throws for a length other than 4 and for 0 on stream 0; 0 on another stream is that
 * stream's error (RFC 9113 §6.9).
 */
export function decodeWindowUpdate(buffer: Uint8Array, start: number, end: number, streamId: number): number {
  if (end - start !== 4) {
    throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `WINDOW_UPDATE of ${end - start} octets, must be 4`);
  }
  const increment = decodeUint31(buffer, start);
  if (increment === 0 && streamId === 0) {
    throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE of 0 on stream 0");
  }
  return increment;
}

/** Writes WINDOW_UPDATE; returns the position behind it. */
export function encodeWindowUpdate(buffer: Uint8Array, position: number, streamId: number, increment: number): number {
  return encodeUint32(buffer, encodeFrameHeader(buffer, position, 4, FrameType.WINDOW_UPDATE, 0, streamId), increment);
}
