// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { encodeFrameHeader, encodeUint32, FrameFlag, FrameType, frameHeaderBytes } from "./header.js";

/** Octets of one entry: identifier and value (RFC 9113 §6.5.1). */
export const settingBytes = 6;

/** Setting identifiers (RFC 9113 §6.5.2). */
export const SettingId = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
} as const;

/** One identifier and its value. */
export type Setting = readonly [id: number, value: number];

/** Throws for a stream other than 0, an ACK with a payload, and a payload that is not whole entries (RFC 9113 §6.5). */
export function checkSettings(length: number, flags: number, streamId: number): void {
  if (streamId !== 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `SETTINGS on stream ${streamId}`);
  if ((flags & FrameFlag.ACK) !== 0 && length !== 0) {
    throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `SETTINGS ACK of ${length} octets, must be empty`);
  }
  if (length % settingBytes !== 0) {
    throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `SETTINGS of ${length} octets, must be a multiple of 6`);
  }
}

/** Octets of a SETTINGS frame with that many entries. */
export function settingsFrameBytes(entries: number): number {
  return frameHeaderBytes + entries * settingBytes;
}

/** Writes SETTINGS; returns the position behind it. */
export function encodeSettings(buffer: Uint8Array, position: number, settings: readonly Setting[]): number {
  let next = encodeFrameHeader(buffer, position, settings.length * settingBytes, FrameType.SETTINGS, 0, 0);
  for (const [id, value] of settings) {
    buffer[next] = id >>> 8;
    buffer[next + 1] = id;
    next = encodeUint32(buffer, next + 2, value);
  }
  return next;
}

/** Writes the acknowledgement of the peer's SETTINGS; returns the position behind it. */
export function encodeSettingsAck(buffer: Uint8Array, position: number): number {
  return encodeFrameHeader(buffer, position, 0, FrameType.SETTINGS, FrameFlag.ACK, 0);
}
