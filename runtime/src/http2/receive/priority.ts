// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { ErrorCode } from "../error-code.js";
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
  input.prioritiesReceived += 1;
  if (input.prioritiesReceived > connection.limits.maxPrioritiesPerStream * (1 + connection.streamsOpened)) {
    throw connection.exceeded("maxPrioritiesPerStream", `${input.prioritiesReceived} PRIORITY frames`);
  }
  const stream = connection.table.get(streamId);
  if (end - start !== priorityBytes) {
    const text = `PRIORITY of ${end - start} octets, must be 5`;
    connection.ends.error(streamId, stream, ErrorCode.FRAME_SIZE_ERROR, text);
  } else if (decodeDependency(buffer, start) === streamId) {
    connection.ends.error(streamId, stream, ErrorCode.PROTOCOL_ERROR, "PRIORITY makes a stream depend on itself");
  }
}
