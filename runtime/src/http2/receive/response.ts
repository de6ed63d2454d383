// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../connection.js";
import { ErrorCode } from "../error-code.js";
import { checkFieldSection } from "../field-section-check.js";
import type { FieldSection } from "../hpack/field-section.js";
import type { Stream } from "../stream.js";
import { endRemoteState, refuseLargeSection } from "./trailers.js";

/** A response head on a client (RFC 9113 §8.1): 1xx are skipped, within a limit. */
export function receiveResponseHead(
  connection: Connection,
  stream: Stream,
  section: FieldSection,
  endStream: boolean,
): void {
  if (refuseLargeSection(connection, stream, section)) return;
  const check = checkFieldSection(section, "response", connection.validFields);
  let { problem } = check;
  const interim = problem === "" && check.status < 200;
  if (interim && endStream) problem = `response ${check.status} with END_STREAM`;
  else if (interim && check.status === 101) problem = "response 101, which HTTP/2 does not have";
  else if (endStream && check.contentLength > 0 && check.status !== 304) problem = "response ends without its content";
  if (problem !== "") {
    connection.ends.error(stream.id, stream, ErrorCode.PROTOCOL_ERROR, problem);
    return;
  }
  if (interim) {
    stream.interimResponses += 1;
    if (stream.interimResponses > connection.limits.maxInterimResponses) {
      connection.counters.maxInterimResponses += 1;
      const text = `more 1xx responses than maxInterimResponses (${connection.limits.maxInterimResponses})`;
      connection.ends.error(stream.id, stream, ErrorCode.ENHANCE_YOUR_CALM, text);
    }
    return;
  }
  stream.responseState = "headReceived";
  stream.contentLength = check.contentLength;
  if (endStream) endRemoteState(stream);
  stream.listener.headersReceived(section, endStream);
  if (endStream) connection.ends.remote(stream);
}
