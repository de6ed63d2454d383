// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { FrameFlag, formatFrameType } from "./header.js";

/**
 * Octets of a padded frame that carry nothing: the length octet at its start and the padding at its end; 0 without
 * PADDED. Throws PROTOCOL_ERROR when the padding is as long as the payload or longer (RFC 9113 §6.1, §6.2).
 */
export function decodePadding(buffer: Uint8Array, start: number, end: number, type: number, flags: number): number {
  if ((flags & FrameFlag.PADDED) === 0) return 0;
  if (start === end) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `padded ${formatFrameType(type)} is empty`);
  const padding = buffer[start] + 1;
  if (padding > end - start) {
    throw new ConnectionError(
      ErrorCode.PROTOCOL_ERROR,
      `padding of ${padding - 1} octets in ${formatFrameType(type)} of ${end - start}`,
    );
  }
  return padding;
}
