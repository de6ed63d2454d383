// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { encodeFrameHeader, FrameFlag, FrameType } from "./header.js";

/** Throws unless CONTINUATION goes on with the field block open on `openStreamId`, 0 if none is (RFC 9113 §6.10). */
export function checkContinuation(streamId: number, openStreamId: number): void {
  if (streamId === 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "CONTINUATION on stream 0");
  if (streamId !== openStreamId) {
    const block =
      openStreamId === 0 ? "without an open field block" : `inside the field block of stream ${openStreamId}`;
    throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `CONTINUATION on stream ${streamId} ${block}`);
  }
}

/** Writes the header of CONTINUATION; returns the position of the fragment. */
export function encodeContinuationHeader(
  buffer: Uint8Array,
  position: number,
  length: number,
  streamId: number,
  endHeaders: boolean,
): number {
  const flags = endHeaders ? FrameFlag.END_HEADERS : 0;
  return encodeFrameHeader(buffer, position, length, FrameType.CONTINUATION, flags, streamId);
}
