// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "./error-code.js";
import { ConnectionError } from "./errors.js";
import { initialWindowBytes, maxWindowBytes } from "./flow-control.js";
import { type Setting, SettingId } from "./frame/settings.js";
import type { Http2Limits, Role } from "./limits.js";

/** What the peer allows us, at first RFC 9113 §6.5.2's initial values. */
export class PeerSettings {
  headerTableBytes = 4096;
  maxConcurrentStreams = Number.POSITIVE_INFINITY;
  initialWindowBytes = initialWindowBytes;
  maxFrameBytes = 16_384;
  maxHeaderListBytes = Number.POSITIVE_INFINITY;

  /** Takes over one value. Throws for one out of range; ignores unknown identifiers (RFC 9113 §6.5.2). */
  apply(id: number, value: number, role: Role): void {
    switch (id) {
      case SettingId.HEADER_TABLE_SIZE:
        this.headerTableBytes = value;
        return;
      case SettingId.ENABLE_PUSH:
        if (value > 1 || (value === 1 && role === "client")) throw invalid("SETTINGS_ENABLE_PUSH", value);
        return;
      case SettingId.MAX_CONCURRENT_STREAMS:
        this.maxConcurrentStreams = value;
        return;
      case SettingId.INITIAL_WINDOW_SIZE:
        if (value > maxWindowBytes) {
          throw invalid("SETTINGS_INITIAL_WINDOW_SIZE", value, ErrorCode.FLOW_CONTROL_ERROR);
        }
        this.initialWindowBytes = value;
        return;
      case SettingId.MAX_FRAME_SIZE:
        if (value < 16_384 || value > 16_777_215) throw invalid("SETTINGS_MAX_FRAME_SIZE", value);
        this.maxFrameBytes = value;
        return;
      case SettingId.MAX_HEADER_LIST_SIZE:
        this.maxHeaderListBytes = value;
        return;
    }
  }
}

/** What we say first: the limits that differ from what the peer assumes. */
export function initialSettings(role: Role, limits: Http2Limits): Setting[] {
  const settings: Setting[] = [];
  if (limits.headerTableBytes !== 4096) settings.push([SettingId.HEADER_TABLE_SIZE, limits.headerTableBytes]);
  // RFC 9113 §6.5.2: a server must not send ENABLE_PUSH 1, and 0 says nothing; a server limits streams, and only it.
  if (role === "client") settings.push([SettingId.ENABLE_PUSH, 0]);
  else settings.push([SettingId.MAX_CONCURRENT_STREAMS, limits.maxConcurrentStreams]);
  settings.push([SettingId.INITIAL_WINDOW_SIZE, limits.streamWindowBytes]);
  if (limits.maxFrameBytes !== 16_384) settings.push([SettingId.MAX_FRAME_SIZE, limits.maxFrameBytes]);
  settings.push([SettingId.MAX_HEADER_LIST_SIZE, limits.maxHeaderListBytes]);
  return settings;
}

function invalid(name: string, value: number, errorCode: number = ErrorCode.PROTOCOL_ERROR): ConnectionError {
  return new ConnectionError(errorCode, `${name} of ${value}`);
}
