// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "./connection.js";
import { ErrorCode } from "./error-code.js";
import { ConnectionError, StreamError } from "./errors.js";

/** Does what is due at `now`. Throws when the connection must end. */
export function handleDeadlines(connection: Connection, now: number): void {
  const { deadlines, limits, counters } = connection;
  if (now >= deadlines.preface) {
    counters.prefaceTimeoutMs += 1;
    const text = `no preface and SETTINGS within prefaceTimeoutMs (${limits.prefaceTimeoutMs})`;
    throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, text);
  }
  if (now >= deadlines.settingsAck) {
    counters.settingsAckTimeoutMs += 1;
    const text = `SETTINGS not acknowledged within settingsAckTimeoutMs (${limits.settingsAckTimeoutMs})`;
    throw new ConnectionError(ErrorCode.SETTINGS_TIMEOUT, text);
  }
  if (now >= deadlines.fieldBlock) throw connection.exceeded("headerBlockTimeoutMs", "frame or field block unfinished");
  if (now >= deadlines.write) {
    throw connection.exceeded("streamStallTimeoutMs", `${connection.output.unwrittenBytes} bytes not read by the peer`);
  }
  if (now >= deadlines.drain) {
    counters.drainTimeoutMs += 1;
    connection.drain.finish();
  }
  if (now >= deadlines.stalledStreams) resetStalled(connection, now);
  if (connection.table.size === 0) connection.output.shrink();
}

/** Resets the streams whose queued data has made no progress: a peer must not pin memory by a closed window. */
function resetStalled(connection: Connection, now: number): void {
  const { limits, deadlines } = connection;
  let next = Number.POSITIVE_INFINITY;
  for (const stream of connection.table.all()) {
    if (stream.queuedBytes === 0) continue;
    const at = stream.stalledSince + limits.streamStallTimeoutMs;
    if (at > now) {
      next = Math.min(next, at);
      continue;
    }
    connection.counters.streamStallTimeoutMs += 1;
    const text = `no credit within streamStallTimeoutMs (${limits.streamStallTimeoutMs})`;
    connection.ends.reset(stream, ErrorCode.CANCEL);
    stream.listener.streamReset(new StreamError(stream.id, ErrorCode.CANCEL, text, "local"));
  }
  deadlines.stalledStreams = next;
}
