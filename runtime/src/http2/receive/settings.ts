// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { maxWindowBytes } from "../flow-control.js";
import { decodeUint32, FrameFlag } from "../frame/header.js";
import { checkSettings, SettingId, settingBytes } from "../frame/settings.js";

/** SETTINGS (RFC 9113 §6.5): values take effect in order, then are acknowledged. */
export function receiveSettings(
  connection: Connection,
  buffer: Uint8Array,
  start: number,
  end: number,
  flags: number,
  streamId: number,
): void {
  checkSettings(end - start, flags, streamId);
  if ((flags & FrameFlag.ACK) !== 0) {
    receiveAck(connection);
    return;
  }
  const entries = (end - start) / settingBytes;
  if (entries > connection.limits.maxSettingsEntries) {
    throw connection.exceeded("maxSettingsEntries", `SETTINGS with ${entries} entries`);
  }
  for (let position = start; position < end; position += settingBytes) {
    apply(connection, (buffer[position] << 8) | buffer[position + 1], decodeUint32(buffer, position + 2));
  }
  connection.writer.settingsAck();
  connection.gate.replyQueued();
  connection.listener.settingsReceived();
  connection.offerSlot();
}

function apply(connection: Connection, id: number, value: number): void {
  const { peerSettings } = connection;
  const oldWindow = peerSettings.initialWindowBytes;
  peerSettings.apply(id, value, connection.role);
  if (id === SettingId.HEADER_TABLE_SIZE) connection.writer.setPeerMaxTableBytes(value);
  if (id !== SettingId.INITIAL_WINDOW_SIZE) return;
  // RFC 9113 §6.9.2: live streams move by the difference and may become negative; above 2^31-1 is an error.
  for (const stream of connection.table.all()) {
    const window = stream.sendWindow + value - oldWindow;
    if (window > maxWindowBytes) {
      const text = `SETTINGS_INITIAL_WINDOW_SIZE of ${value} takes the window of stream ${stream.id} above 2^31-1`;
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, text);
    }
    stream.sendWindow = window;
    if (stream.queuedBytes === 0) continue;
    if (window > 0) connection.scheduler.add(stream);
    else connection.scheduler.remove(stream);
  }
  if (connection.scheduler.canSend) connection.noteOutput();
}

function receiveAck(connection: Connection): void {
  const { deadlines, limits } = connection;
  if (connection.unacknowledgedSettings === 0) return;
  if (connection.settingsAcknowledged === 0 && limits.headerTableBytes !== 4096) {
    connection.decoder.setMaxTableBytes(limits.headerTableBytes);
  }
  connection.settingsAcknowledged += 1;
  connection.unacknowledgedSettings -= 1;
  deadlines.settingsAck =
    connection.unacknowledgedSettings === 0 ? Number.POSITIVE_INFINITY : connection.time + limits.settingsAckTimeoutMs;
}
