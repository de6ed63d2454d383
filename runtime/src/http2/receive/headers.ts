// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { FrameFlag, FrameType } from "../frame/header.js";
import { checkHeaders } from "../frame/headers.js";
import { decodePadding } from "../frame/padding.js";
import { decodeDependency, priorityBytes } from "../frame/priority.js";
import type { Input } from "../input.js";
import { appendFragment } from "./continuation.js";
import { receiveFieldBlock } from "./field-block.js";

/** HEADERS (RFC 9113 §6.2): strips padding and priority, and waits for the block to be whole. */
export function receiveHeaders(
  connection: Connection,
  input: Input,
  buffer: Uint8Array,
  frameStart: number,
  frameEnd: number,
  flags: number,
  streamId: number,
): void {
  checkHeaders(streamId);
  let start = frameStart;
  let end = frameEnd;
  let selfDependent = false;
  if ((flags & (FrameFlag.PADDED | FrameFlag.PRIORITY)) !== 0) {
    const padding = decodePadding(buffer, start, end, FrameType.HEADERS, flags);
    if (padding > 0) {
      start += 1;
      end -= padding - 1;
    }
    if ((flags & FrameFlag.PRIORITY) !== 0) {
      if (end - start < priorityBytes) {
        throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "HEADERS too short for its priority fields");
      }
      selfDependent = decodeDependency(buffer, start) === streamId;
      start += priorityBytes;
    }
  }
  const endStream = (flags & FrameFlag.END_STREAM) !== 0;
  if ((flags & FrameFlag.END_HEADERS) !== 0) {
    if (end - start > connection.limits.maxHeaderBlockBytes) {
      throw connection.exceeded("maxHeaderBlockBytes", `field block of ${end - start} octets`);
    }
    receiveFieldBlock(connection, input, buffer, start, end, streamId, endStream, selfDependent);
    return;
  }
  input.block.open(streamId, endStream, selfDependent);
  appendFragment(connection, input, buffer, start, end);
  input.expectMoreSoon();
}
