// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { ErrorCode } from "../error-code.js";
import { checkFieldSection } from "../field-section-check.js";
import type { FieldSection } from "../hpack/field-section.js";
import type { Stream } from "../stream.js";

/** A second field section on a stream: trailers, which end it (RFC 9113 §8.1). */
export function receiveTrailers(
  connection: Connection,
  stream: Stream,
  section: FieldSection,
  endStream: boolean,
): void {
  if (refuseLargeSection(connection, stream, section)) return;
  let { problem } = checkFieldSection(section, "trailers", connection.validFields);
  if (!endStream) problem = "trailers without END_STREAM";
  else if (stream.contentLength >= 0 && stream.receivedBytes !== stream.contentLength) problem = shortContent(stream);
  if (problem !== "") {
    connection.ends.error(stream.id, stream, ErrorCode.PROTOCOL_ERROR, problem);
    return;
  }
  endRemoteState(stream);
  stream.listener.headersReceived(section, true);
  connection.ends.remote(stream);
}

/** The peer's END_STREAM has come; the stream leaves the table once its listener knows. */
export function endRemoteState(stream: Stream): void {
  stream.state = stream.state === "halfClosedLocal" ? "closed" : "halfClosedRemote";
}

/** RFC 9113 §8.1.1: content-length differs from the sum of DATA. */
export function shortContent(stream: Stream): string {
  return `content-length is ${stream.contentLength}, DATA had ${stream.receivedBytes} octets`;
}

/** A section beyond our limits that no 431 can answer. True: the stream is over. */
export function refuseLargeSection(connection: Connection, stream: Stream, section: FieldSection): boolean {
  if (section.exceeded === "none") return false;
  const name = section.exceeded === "count" ? "maxHeaderFields" : "maxHeaderListBytes";
  connection.counters[name] += 1;
  const text = `field section of ${section.listBytes} octets, limit ${name} is ${connection.limits[name]}`;
  connection.ends.error(stream.id, stream, ErrorCode.ENHANCE_YOUR_CALM, text);
  return true;
}
