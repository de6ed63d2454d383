// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { encodeContinuationHeader } from "./continuation.js";
import { encodeFrameHeader, FrameFlag, FrameType, frameHeaderBytes } from "./header.js";

/** Throws unless HEADERS names a stream (RFC 9113 §6.2). */
export function checkHeaders(streamId: number): void {
  if (streamId === 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "HEADERS on stream 0");
}

/** Octets that frame headers add to a field block of that length. */
export function fieldBlockOverhead(blockBytes: number, maxFrameBytes: number): number {
  return frameHeaderBytes * (1 + Math.floor(blockBytes / maxFrameBytes));
}

/**
 * Makes frames of a field block that was encoded `frameHeaderBytes` behind `position`: HEADERS, and CONTINUATION for
 * what is beyond the peer's SETTINGS_MAX_FRAME_SIZE. The buffer has room for `fieldBlockOverhead`. Returns the end.
 */
export function encodeHeadersFrames(
  buffer: Uint8Array,
  position: number,
  blockEnd: number,
  streamId: number,
  endStream: boolean,
  maxFrameBytes: number,
): number {
  const blockStart = position + frameHeaderBytes;
  const blockBytes = blockEnd - blockStart;
  const flags = endStream ? FrameFlag.END_STREAM : 0;
  if (blockBytes <= maxFrameBytes) {
    encodeFrameHeader(buffer, position, blockBytes, FrameType.HEADERS, flags | FrameFlag.END_HEADERS, streamId);
    return blockEnd;
  }
  const continuations = Math.ceil(blockBytes / maxFrameBytes) - 1;
  // From the back, so that no fragment is overwritten before it has moved.
  for (let index = continuations; index > 0; index--) {
    const start = blockStart + index * maxFrameBytes;
    const end = Math.min(start + maxFrameBytes, blockEnd);
    const moved = start + index * frameHeaderBytes;
    buffer.copyWithin(moved, start, end);
    encodeContinuationHeader(buffer, moved - frameHeaderBytes, end - start, streamId, index === continuations);
  }
  encodeFrameHeader(buffer, position, maxFrameBytes, FrameType.HEADERS, flags, streamId);
  return blockEnd + continuations * frameHeaderBytes;
}
