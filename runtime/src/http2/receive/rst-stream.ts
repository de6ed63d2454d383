// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { ErrorCode, formatErrorCode } from "../error-code.js";
import { ConnectionError, StreamError } from "../errors.js";
import { decodeRstStream } from "../frame/rst-stream.js";
import type { Stream } from "../stream.js";

/** A request older than this is not part of a rapid reset. */
const youngMs = 1_000;
/** A client's own timer starts before its HEADERS are here, so its reset may come before our deadline has passed. */
const deadlineSlackMs = 100;

/** RST_STREAM (RFC 9113 §6.4). Never answered by another one. */
export function receiveRstStream(
  connection: Connection,
  buffer: Uint8Array,
  start: number,
  end: number,
  streamId: number,
): void {
  const errorCode = decodeRstStream(buffer, start, end, streamId);
  const stream = connection.table.get(streamId);
  if (stream === undefined) {
    if (connection.isIdle(streamId)) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `RST_STREAM on idle stream ${streamId}`);
    }
    return;
  }
  connection.credit.dropUnread(stream);
  connection.closedStreams.addResetByPeer(streamId);
  connection.ends.remove(stream);
  const unprocessed = errorCode === ErrorCode.REFUSED_STREAM;
  const text = `the peer reset the stream with ${formatErrorCode(errorCode)}`;
  stream.listener.streamReset(new StreamError(streamId, errorCode, text, "remote", unprocessed));
  if (connection.role === "server" && connection.state !== "closed") countReset(connection, stream);
}

/**
 * Counts resets that abuse us: of young requests whose handler still runs, whose own time is not up and of which the
 * peer has seen no reply (CVE-2023-44487). The handler's slot is what really bounds the work; this ends the connection
 * of a peer that does nothing else.
 */
function countReset(connection: Connection, stream: Stream): void {
  const { time } = connection;
  if (
    stream.handlerState === "released" ||
    time - stream.openedAt > youngMs ||
    time >= stream.deadlineAt - deadlineSlackMs ||
    mayHaveReadReply(stream, time)
  )
    return;
  if (connection.ends.takePeerReset()) return;
  connection.counters.peerResetsPerSecond += 1;
  throw connection.exceeded("peerResetBurst", "requests reset at once");
}

/** A reset in the turn in which its request came was sent before our head could arrive, even if that was ready at once. */
function mayHaveReadReply(stream: Stream, time: number): boolean {
  return stream.responseState === "headSent" && time > stream.openedAt;
}
