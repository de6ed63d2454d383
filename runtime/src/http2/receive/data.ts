// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { ErrorCode } from "../error-code.js";
import { checkData } from "../frame/data.js";
import { FrameFlag, FrameType } from "../frame/header.js";
import { decodePadding } from "../frame/padding.js";
import type { Input } from "../input.js";
import type { Stream } from "../stream.js";
import { checkLateFrame } from "./field-block.js";
import { endRemoteState, shortContent } from "./trailers.js";

/** DATA (RFC 9113 §6.1), whole. It debits the connection's window whatever becomes of its stream, and is credited. */
export function receiveData(
  connection: Connection,
  input: Input,
  buffer: Uint8Array,
  frameStart: number,
  frameEnd: number,
  flags: number,
  streamId: number,
): void {
  let start = frameStart;
  let end = frameEnd;
  let padding = 0;
  if ((flags & FrameFlag.PADDED) !== 0) {
    checkData(streamId);
    padding = decodePadding(buffer, frameStart, frameEnd, FrameType.DATA, flags);
    start += 1;
    end -= padding - 1;
  }
  const endStream = (flags & FrameFlag.END_STREAM) !== 0;
  const stream = acceptData(connection, input, frameEnd - frameStart, end - start, endStream, streamId);
  if (stream !== undefined && padding > 0 && !endStream) connection.credit.owe(stream, padding);
  deliverData(connection, stream, buffer, start, end, endStream);
}

/**
 * Takes a DATA frame of `length` octets, `payloadBytes` of them payload, into account before its payload is delivered.
 * Undefined: the frame is valid, but nobody listens any more.
 */
export function acceptData(
  connection: Connection,
  input: Input,
  length: number,
  payloadBytes: number,
  endStream: boolean,
  streamId: number,
): Stream | undefined {
  checkData(streamId);
  connection.credit.receive(length);
  if (payloadBytes === 0 && !endStream) countEmpty(connection, input);
  else if (input.emptyDataFrames > 0) input.emptyDataFrames -= 1;
  const stream = connection.table.get(streamId);
  if (stream === undefined) {
    checkLateFrame(connection, streamId, "DATA");
    return undefined;
  }
  if (!accept(connection, stream, length, payloadBytes, endStream)) return undefined;
  stream.receiveWindow -= length;
  return stream;
}

/** Hands over the payload of an accepted frame, or a part of it; `endStream` with its last octet. */
export function deliverData(
  connection: Connection,
  stream: Stream | undefined,
  buffer: Uint8Array,
  start: number,
  end: number,
  endStream: boolean,
): void {
  // Between two parts the stream may have been reset by us.
  if (stream !== undefined && stream.state !== "closed" && (end > start || endStream)) {
    if (endStream) endRemoteState(stream);
    connection.credit.unread(stream, end - start);
    stream.listener.dataReceived(buffer, start, end, endStream);
    if (endStream) connection.ends.remote(stream);
  }
  if (connection.state === "closed") return;
  connection.credit.give();
  connection.gate.update();
}

/** Checks DATA against the stream's state, window and content-length. False: the stream is over. */
function accept(
  connection: Connection,
  stream: Stream,
  length: number,
  payloadBytes: number,
  endStream: boolean,
): boolean {
  if (stream.state === "halfClosedRemote" || stream.state === "closed") {
    connection.ends.error(stream.id, stream, ErrorCode.STREAM_CLOSED, "DATA after END_STREAM");
    return false;
  }
  if (length > stream.receiveWindow) {
    connection.counters.streamWindowBytes += 1;
    const text = `DATA of ${length} octets, stream window has ${stream.receiveWindow}`;
    connection.ends.error(stream.id, stream, ErrorCode.FLOW_CONTROL_ERROR, text);
    return false;
  }
  if (connection.role === "client" && stream.responseState === "awaitingHead") {
    connection.ends.error(stream.id, stream, ErrorCode.PROTOCOL_ERROR, "DATA before the response head");
    return false;
  }
  stream.receivedBytes += payloadBytes;
  if (stream.contentLength < 0) return true;
  const { contentLength, receivedBytes } = stream;
  if (receivedBytes > contentLength || (endStream && receivedBytes < contentLength)) {
    connection.ends.error(stream.id, stream, ErrorCode.PROTOCOL_ERROR, shortContent(stream));
    return false;
  }
  return true;
}

/** Frames that carry nothing cost us work and the peer no window (CVE-2019-9518). */
function countEmpty(connection: Connection, input: Input): void {
  input.emptyDataFrames += 1;
  if (input.emptyDataFrames > connection.limits.maxEmptyDataFrames) {
    throw connection.exceeded("maxEmptyDataFrames", `${input.emptyDataFrames} empty DATA frames`);
  }
}
