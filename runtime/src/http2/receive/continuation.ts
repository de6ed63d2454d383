// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { checkContinuation } from "../frame/continuation.js";
import { FrameFlag } from "../frame/header.js";
import type { Input } from "../input.js";
import { receiveFieldBlock } from "./field-block.js";

/** CONTINUATION (RFC 9113 §6.10). Its floods end the connection: the HPACK state cannot be kept cheaply. */
export function receiveContinuation(
  connection: Connection,
  input: Input,
  buffer: Uint8Array,
  start: number,
  end: number,
  flags: number,
  streamId: number,
): void {
  const { block } = input;
  checkContinuation(streamId, block.streamId);
  block.continuations += 1;
  if (block.continuations > connection.limits.maxContinuationFrames) {
    throw connection.exceeded("maxContinuationFrames", `${block.continuations} CONTINUATION frames in a field block`);
  }
  appendFragment(connection, input, buffer, start, end);
  if ((flags & FrameFlag.END_HEADERS) === 0) return;
  const { bytes, length, endStream, selfDependent } = block;
  connection.deadlines.fieldBlock = Number.POSITIVE_INFINITY;
  block.close();
  receiveFieldBlock(connection, input, bytes, 0, length, streamId, endStream, selfDependent);
}

/** Keeps a fragment until END_HEADERS, within `maxHeaderBlockBytes`. */
export function appendFragment(
  connection: Connection,
  input: Input,
  buffer: Uint8Array,
  start: number,
  end: number,
): void {
  const length = input.block.length + end - start;
  if (length > connection.limits.maxHeaderBlockBytes) {
    throw connection.exceeded("maxHeaderBlockBytes", `field block of ${length} octets`);
  }
  input.block.append(buffer, start, end);
}
