// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { maxWindowBytes } from "../flow-control.js";
import { decodeWindowUpdate } from "../frame/window-update.js";
import type { Input } from "../input.js";

/** WINDOW_UPDATE (RFC 9113 §6.9). */
export function receiveWindowUpdate(
  connection: Connection,
  input: Input,
  buffer: Uint8Array,
  start: number,
  end: number,
  streamId: number,
): void {
  const increment = decodeWindowUpdate(buffer, start, end, streamId);
  input.windowUpdatesReceived += 1;
  const earned = 2 * (connection.streamsOpened + 10 * connection.scheduler.framesSent);
  if (input.windowUpdatesReceived > connection.limits.maxSpareWindowUpdates + earned) {
    throw connection.exceeded("maxSpareWindowUpdates", `${input.windowUpdatesReceived} WINDOW_UPDATE frames`);
  }
  if (streamId === 0) {
    connection.scheduler.window += increment;
    if (connection.scheduler.window > maxWindowBytes) {
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "WINDOW_UPDATE takes the connection window above 2^31-1");
    }
  } else {
    updateStream(connection, streamId, increment);
  }
  if (connection.scheduler.canSend) connection.noteOutput();
}

function updateStream(connection: Connection, streamId: number, increment: number): void {
  const stream = connection.table.get(streamId);
  if (stream === undefined) {
    if (connection.isIdle(streamId)) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `WINDOW_UPDATE on idle stream ${streamId}`);
    }
    return;
  }
  // RFC 9113 §6.9: "A receiver MUST treat the receipt of a WINDOW_UPDATE frame with a flow-control window increment
  // of 0 as a stream error".
  if (increment === 0) {
    connection.ends.error(streamId, stream, ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE of 0");
    return;
  }
  stream.sendWindow += increment;
  if (stream.sendWindow > maxWindowBytes) {
    const text = "WINDOW_UPDATE takes the stream's window above 2^31-1";
    connection.ends.error(streamId, stream, ErrorCode.FLOW_CONTROL_ERROR, text);
  } else if (stream.queuedBytes > 0 && stream.sendWindow > 0) {
    connection.scheduler.add(stream);
  }
}
