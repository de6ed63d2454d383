// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { encodeFrameHeader, encodeUint32, FrameFlag, FrameType } from "./header.js";

/** Octets of a PING frame. */
export const pingFrameBytes = 17;

/** Throws for a stream other than 0 and a length other than 8 (RFC 9113 §6.7). */
export function checkPing(length: number, streamId: number): void {
  if (streamId !== 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `PING on stream ${streamId}`);
  if (length !== 8) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `PING of ${length} octets, must be 8`);
}

/** Writes a PING of our own, told by two 32-bit numbers; returns the position behind it. */
export function encodePing(buffer: Uint8Array, position: number, high: number, low: number): number {
  const payload = encodeFrameHeader(buffer, position, 8, FrameType.PING, 0, 0);
  return encodeUint32(buffer, encodeUint32(buffer, payload, high), low);
}

/** Writes the answer to a PING whose eight octets are at `start` of `payload`; returns the position behind it. */
export function encodePingAck(buffer: Uint8Array, position: number, payload: Uint8Array, start: number): number {
  const at = encodeFrameHeader(buffer, position, 8, FrameType.PING, FrameFlag.ACK, 0);
  for (let index = 0; index < 8; index++) buffer[at + index] = payload[start + index];
  return at + 8;
}
