// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { encodeFrameHeader, FrameFlag, FrameType } from "./header.js";

/** Throws unless DATA names a stream (RFC 9113 §6.1). */
export function checkData(streamId: number): void {
  if (streamId === 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "DATA on stream 0");
}

/** Writes the header of DATA with `length` octets of payload; returns the position of the payload. */
export function encodeDataHeader(
  buffer: Uint8Array,
  position: number,
  length: number,
  streamId: number,
  endStream: boolean,
): number {
  return encodeFrameHeader(buffer, position, length, FrameType.DATA, endStream ? FrameFlag.END_STREAM : 0, streamId);
}
