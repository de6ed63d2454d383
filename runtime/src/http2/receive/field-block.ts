// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import type { FieldSection } from "../hpack/field-section.js";
import { HpackError } from "../hpack/hpack-error.js";
import type { Input } from "../input.js";
import { receiveRequest } from "./request.js";
import { receiveResponseHead } from "./response.js";
import { receiveTrailers } from "./trailers.js";

/**
 * A whole field block. It is decoded whatever becomes of its stream, or the dynamic table would go out of step
 * (RFC 9113 §4.3).
 */
export function receiveFieldBlock(
  connection: Connection,
  input: Input,
  buffer: Uint8Array,
  start: number,
  end: number,
  streamId: number,
  endStream: boolean,
  selfDependent: boolean,
): void {
  const section = decode(connection, buffer, start, end);
  input.blockDecoded(end - start);
  const stream = connection.table.get(streamId);
  if (stream !== undefined) {
    if (selfDependent) {
      connection.ends.error(streamId, stream, ErrorCode.PROTOCOL_ERROR, "HEADERS make a stream depend on itself");
    } else if (stream.state === "halfClosedRemote" || stream.state === "closed") {
      connection.ends.error(streamId, stream, ErrorCode.STREAM_CLOSED, "HEADERS after END_STREAM");
    } else if (connection.role === "client" && stream.responseState === "awaitingHead") {
      receiveResponseHead(connection, stream, section, endStream);
    } else {
      receiveTrailers(connection, stream, section, endStream);
    }
    return;
  }
  if (connection.role === "server" && streamId > connection.lastPeerStreamId) {
    receiveRequest(connection, input, section, streamId, endStream, selfDependent);
    return;
  }
  checkLateFrame(connection, streamId, "HEADERS");
}

/**
 * A HEADERS or DATA frame names no live stream (RFC 9113 §5.1). On an idle stream, or one the peer has skipped, that is a
 * connection error, as it is behind the peer's own END_STREAM. Behind our reset it may have been on its way: ignored.
 */
export function checkLateFrame(connection: Connection, streamId: number, what: "HEADERS" | "DATA"): void {
  if (connection.isIdle(streamId)) {
    throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `${what} on idle stream ${streamId}`);
  }
  const { closedStreams } = connection;
  if (closedStreams.skipped(streamId)) {
    const text = `${what} on stream ${streamId} after stream ${connection.lastPeerStreamId} was opened`;
    // RFC 9113 §5.1.1 for an identifier out of order, §6.1 for DATA on a stream that is not open.
    throw new ConnectionError(what === "HEADERS" ? ErrorCode.PROTOCOL_ERROR : ErrorCode.STREAM_CLOSED, text);
  }
  if (closedStreams.endedByPeer(streamId)) {
    throw new ConnectionError(ErrorCode.STREAM_CLOSED, `${what} on stream ${streamId}, which the peer has ended`);
  }
  if (closedStreams.resetByPeer(streamId)) {
    connection.ends.error(streamId, undefined, ErrorCode.STREAM_CLOSED, `${what} after RST_STREAM`);
  }
}

function decode(connection: Connection, buffer: Uint8Array, start: number, end: number): FieldSection {
  try {
    return connection.decoder.decode(buffer, start, end);
  } catch (error) {
    if (error instanceof HpackError && error.tableTooLarge) connection.counters.headerTableBytes += 1;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConnectionError(ErrorCode.COMPRESSION_ERROR, reason, "local", error);
  }
}
