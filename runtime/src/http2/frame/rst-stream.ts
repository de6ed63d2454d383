// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { decodeUint32, encodeFrameHeader, encodeUint32, FrameType } from "./header.js";

/** Octets of an RST_STREAM frame. */
export const rstStreamFrameBytes = 13;

/** The error code of RST_STREAM. Throws for stream 0 and for a length other than 4 (RFC 9113 §6.4). */
export function decodeRstStream(buffer: Uint8Array, start: number, end: number, streamId: number): number {
  if (streamId === 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "RST_STREAM on stream 0");
  if (end - start !== 4) {
    throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `RST_STREAM of ${end - start} octets, must be 4`);
  }
  return decodeUint32(buffer, start);
}

/** Writes RST_STREAM; returns the position behind it. */
export function encodeRstStream(buffer: Uint8Array, position: number, streamId: number, errorCode: number): number {
  return encodeUint32(buffer, encodeFrameHeader(buffer, position, 4, FrameType.RST_STREAM, 0, streamId), errorCode);
}
