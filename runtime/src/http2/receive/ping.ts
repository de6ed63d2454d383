// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { decodeUint32, FrameFlag } from "../frame/header.js";
import { checkPing } from "../frame/ping.js";

/** PING (RFC 9113 §6.7): answered with the same octets; answers to ours complete a round trip. */
export function receivePing(
  connection: Connection,
  buffer: Uint8Array,
  start: number,
  end: number,
  flags: number,
  streamId: number,
): void {
  checkPing(end - start, streamId);
  if ((flags & FrameFlag.ACK) !== 0) {
    const mark = decodeUint32(buffer, start);
    connection.pings.acknowledge(mark, decodeUint32(buffer, start + 4), connection.host.now());
    return;
  }
  connection.writer.pingAck(buffer, start);
  connection.gate.replyQueued();
}
