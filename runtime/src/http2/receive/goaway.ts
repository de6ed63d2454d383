// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { ErrorCode, formatErrorCode } from "../error-code.js";
import { ConnectionError, StreamError } from "../errors.js";
import { checkGoaway } from "../frame/goaway.js";
import { decodeUint31, decodeUint32 } from "../frame/header.js";

/** GOAWAY (RFC 9113 §6.8): a client's streams above the last one were not processed; the rest run on. */
export function receiveGoaway(
  connection: Connection,
  buffer: Uint8Array,
  start: number,
  end: number,
  streamId: number,
): void {
  checkGoaway(end - start, streamId);
  const lastStreamId = decodeUint31(buffer, start);
  const errorCode = decodeUint32(buffer, start + 4);
  if (connection.role === "server") {
    connection.listener.goawayReceived(lastStreamId, errorCode, buffer.slice(start + 8, end));
    return;
  }
  const previous = connection.drain.peerLastStreamId;
  if (lastStreamId > previous) {
    const text = `GOAWAY with last stream ${lastStreamId} after ${previous}`;
    throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, text);
  }
  if (lastStreamId !== 0 && (lastStreamId & 1) === 0) {
    throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `GOAWAY with last stream ${lastStreamId}, which is even`);
  }
  connection.drain.received(lastStreamId);
  connection.listener.goawayReceived(lastStreamId, errorCode, buffer.slice(start + 8, end));
  const text = `not processed by the peer before its GOAWAY with ${formatErrorCode(errorCode)}`;
  for (const stream of connection.table.all()) {
    if (stream.id <= lastStreamId || stream.state === "closed") continue;
    connection.credit.dropUnread(stream);
    connection.ends.remove(stream);
    stream.listener.streamReset(new StreamError(stream.id, errorCode, text, "remote", true));
  }
  connection.drain.streamsEnded();
}
