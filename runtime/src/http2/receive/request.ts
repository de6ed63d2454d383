// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { checkFieldSection } from "../field-section-check.js";
import { type Field, field } from "../hpack/field.js";
import type { FieldSection } from "../hpack/field-section.js";
import type { Input } from "../input.js";
import { deafListener, Stream } from "../stream.js";

const tooLarge: readonly Field[] = Object.freeze([field(":status", "431")]);

/** A field section opens a stream on a server (RFC 9113 §5.1.1, §8.3.1). */
export function receiveRequest(
  connection: Connection,
  input: Input,
  section: FieldSection,
  streamId: number,
  endStream: boolean,
  selfDependent: boolean,
): void {
  if ((streamId & 1) === 0) {
    throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `client opened stream ${streamId}, which is even`);
  }
  const previous = connection.lastPeerStreamId;
  if (streamId > previous + 2) connection.closedStreams.addSkipped(previous + 1, streamId - 1);
  connection.lastPeerStreamId = streamId;
  input.streamOpened();
  // After the final GOAWAY the client knows, or will know, that this one is not processed (RFC 9113 §6.8).
  if (streamId > connection.drain.lastStreamId) return;
  if (selfDependent) {
    connection.ends.error(streamId, undefined, ErrorCode.PROTOCOL_ERROR, "stream depends on itself");
    return;
  }
  const check = checkFieldSection(section, "request", connection.validFields);
  if (check.problem !== "" && section.exceeded === "none") {
    connection.ends.error(streamId, undefined, ErrorCode.PROTOCOL_ERROR, check.problem);
    return;
  }
  if (endStream && check.contentLength > 0) {
    connection.ends.error(streamId, undefined, ErrorCode.PROTOCOL_ERROR, "request ends without its content");
    return;
  }
  if (connection.ends.slots >= connection.limits.maxConcurrentStreams) {
    connection.counters.maxConcurrentStreams += 1;
    connection.writer.reset(streamId, ErrorCode.REFUSED_STREAM);
    connection.gate.replyQueued();
    return;
  }
  if (section.exceeded !== "none") {
    answerTooLarge(connection, section, streamId, endStream);
    return;
  }
  const stream = new Stream(streamId, connection, deafListener, connection.time);
  stream.contentLength = check.contentLength;
  if (endStream) stream.state = "halfClosedRemote";
  connection.lastProcessedStreamId = streamId;
  connection.streamsOpened += 1;
  connection.ends.slots += 1;
  connection.table.add(stream);
  stream.listener = connection.listener.streamOpened(stream, section, endStream);
}

/** RFC 6585 §5: 431, and the rest of the request is not wanted. No handler hears of it. */
function answerTooLarge(connection: Connection, section: FieldSection, streamId: number, endStream: boolean): void {
  connection.counters[section.exceeded === "count" ? "maxHeaderFields" : "maxHeaderListBytes"] += 1;
  connection.writer.headers(streamId, tooLarge, true);
  if (!endStream) connection.writer.reset(streamId, ErrorCode.NO_ERROR);
  connection.gate.replyQueued();
}
