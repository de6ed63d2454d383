// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { encodeFrameHeader, encodeUint32, FrameType, frameHeaderBytes } from "./header.js";

/** Throws for a stream other than 0 and a length below 8 (RFC 9113 §6.8). */
export function checkGoaway(length: number, streamId: number): void {
  if (streamId !== 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `GOAWAY on stream ${streamId}`);
  if (length < 8)
    throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `GOAWAY of ${length} octets, must be 8 or more`);
}

/** Octets of a GOAWAY frame. */
export function goawayFrameBytes(debugData: Uint8Array): number {
  return frameHeaderBytes + 8 + debugData.length;
}

/** Writes GOAWAY; returns the position behind it. */
export function encodeGoaway(
  buffer: Uint8Array,
  position: number,
  lastStreamId: number,
  errorCode: number,
  debugData: Uint8Array,
): number {
  let next = encodeFrameHeader(buffer, position, 8 + debugData.length, FrameType.GOAWAY, 0, 0);
  next = encodeUint32(buffer, encodeUint32(buffer, next, lastStreamId), errorCode);
  buffer.set(debugData, next);
  return next + debugData.length;
}
