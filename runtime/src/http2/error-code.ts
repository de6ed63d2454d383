// SPDX-License-Identifier: Apache-2.0

/** Why a stream or connection ended (RFC 9113 §7). */
export const ErrorCode = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const;

/** One of the codes RFC 9113 §7 names; a peer may send others. */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

const names = Object.keys(ErrorCode);

/** `PROTOCOL_ERROR`, or `error code 0x2a` for a code the RFC does not name. */
export function formatErrorCode(errorCode: number): string {
  return names[errorCode] ?? `error code 0x${errorCode.toString(16)}`;
}
