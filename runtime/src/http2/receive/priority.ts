// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { checkPriority, decodeDependency, priorityBytes } from "../frame/priority.js";
import type { Input } from "../input.js";

/** PRIORITY (RFC 9113 §6.3): checked, counted, and otherwise ignored. */
export function receivePriority(
  connection: Connection,
  input: Input,
  buffer: Uint8Array,
  start: number,
  end: number,
  streamId: number,
): void {
  checkPriority(streamId);
  countIgnored(connection, input);
  if (end - start !== priorityBytes) {
    refuse(connection, streamId, ErrorCode.FRAME_SIZE_ERROR, `PRIORITY of ${end - start} octets, must be 5`);
  } else if (decodeDependency(buffer, start) === streamId) {
    refuse(connection, streamId, ErrorCode.PROTOCOL_ERROR, "PRIORITY makes a stream depend on itself");
  }
}

/** A frame that tells us nothing has come: PRIORITY or one of an unknown type. Throws when there are too many. */
export function countIgnored(connection: Connection, input: Input): void {
  input.ignoredFrames += 1;
  if (input.ignoredFrames > connection.limits.maxPrioritiesPerStream * (1 + connection.streamsOpened)) {
    throw connection.exceeded("maxPrioritiesPerStream", `${input.ignoredFrames} PRIORITY or unknown frames`);
  }
}

/** A stream error, which on an idle stream ends the connection: RST_STREAM may not name one (RFC 9113 §6.4). */
function refuse(connection: Connection, streamId: number, errorCode: number, message: string): void {
  if (connection.isIdle(streamId)) throw new ConnectionError(errorCode, `${message}, on idle stream ${streamId}`);
  connection.ends.error(streamId, connection.table.get(streamId), errorCode, message);
}
