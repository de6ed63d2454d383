// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "./connection.js";
import { encodeGoaway, goawayFrameBytes } from "./frame/goaway.js";
import { frameHeaderBytes } from "./frame/header.js";
import { encodeHeadersFrames, fieldBlockOverhead } from "./frame/headers.js";
import { encodePing, encodePingAck, pingFrameBytes } from "./frame/ping.js";
import { encodeRstStream, rstStreamFrameBytes } from "./frame/rst-stream.js";
import { encodeSettings, encodeSettingsAck, type Setting, settingsFrameBytes } from "./frame/settings.js";
import { encodeWindowUpdate, windowUpdateFrameBytes } from "./frame/window-update.js";
import { HpackEncoder, initialTableBytes } from "./hpack/encoder.js";
import type { Field } from "./hpack/field.js";
import { ownPingMark } from "./ping.js";
import { connectionPreface } from "./preface.js";

/** Encodes every frame but DATA into the connection's output, at once: these never wait for credit. */
export class FrameWriter {
  /** Made for the first field block: a connection without calls has no tables. */
  #encoder: HpackEncoder | undefined;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The peer's SETTINGS_HEADER_TABLE_SIZE. */
  setPeerMaxTableBytes(bytes: number): void {
    // An encoder that is not there yet starts with the initial size, which a larger one does not change.
    if (this.#encoder === undefined && bytes >= initialTableBytes) return;
    this.#encoder ??= new HpackEncoder();
    this.#encoder.setPeerMaxTableBytes(bytes);
  }

  preface(): void {
    const position = this.#connection.output.ensure(connectionPreface.length);
    this.#connection.output.buffer.set(connectionPreface, position);
    this.#advance(position + connectionPreface.length);
  }

  /** HEADERS, and CONTINUATION behind it when the block is larger than a frame. */
  headers(streamId: number, fields: readonly Field[], endStream: boolean): void {
    const { output, peerSettings } = this.#connection;
    this.#encoder ??= new HpackEncoder();
    const encoder = this.#encoder;
    const maxBytes = encoder.maxEncodedBytes(fields);
    const frameBytes = peerSettings.maxFrameBytes;
    const position = output.ensure(maxBytes + fieldBlockOverhead(maxBytes, frameBytes));
    const blockEnd = encoder.encode(fields, output.buffer, position + frameHeaderBytes);
    this.#advance(encodeHeadersFrames(output.buffer, position, blockEnd, streamId, endStream, frameBytes));
  }

  settings(settings: readonly Setting[]): void {
    const position = this.#connection.output.ensure(settingsFrameBytes(settings.length));
    this.#advance(encodeSettings(this.#connection.output.buffer, position, settings));
  }

  settingsAck(): void {
    const position = this.#connection.output.ensure(frameHeaderBytes);
    this.#advance(encodeSettingsAck(this.#connection.output.buffer, position));
  }

  windowUpdate(streamId: number, increment: number): void {
    const position = this.#connection.output.ensure(windowUpdateFrameBytes);
    this.#advance(encodeWindowUpdate(this.#connection.output.buffer, position, streamId, increment));
  }

  reset(streamId: number, errorCode: number): void {
    const position = this.#connection.output.ensure(rstStreamFrameBytes);
    this.#advance(encodeRstStream(this.#connection.output.buffer, position, streamId, errorCode));
  }

  ping(number: number): void {
    const position = this.#connection.output.ensure(pingFrameBytes);
    this.#advance(encodePing(this.#connection.output.buffer, position, ownPingMark, number));
  }

  pingAck(payload: Uint8Array, start: number): void {
    const position = this.#connection.output.ensure(pingFrameBytes);
    this.#advance(encodePingAck(this.#connection.output.buffer, position, payload, start));
  }

  /** GOAWAY with up to 200 characters of debug data. */
  goaway(lastStreamId: number, errorCode: number, text: string): void {
    const debugData = new TextEncoder().encode(text.slice(0, 200));
    const position = this.#connection.output.ensure(goawayFrameBytes(debugData));
    this.#advance(encodeGoaway(this.#connection.output.buffer, position, lastStreamId, errorCode, debugData));
  }

  #advance(end: number): void {
    this.#connection.output.position = end;
    this.#connection.noteOutput();
  }
}
