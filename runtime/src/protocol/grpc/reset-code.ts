// SPDX-License-Identifier: Apache-2.0
import { Code } from "../../rpc/code.js";
import { libraryStatus } from "../../rpc/library-status.js";
import type { Status } from "../../rpc/status.js";

/**
 * The status of a call that the peer reset (gRPC HTTP2: Errors). Error codes are RFC 9113 §7's. STREAM_CLOSED and
 * HTTP_1_1_REQUIRED, for which gRPC names none, are INTERNAL; numbers nobody knows are UNKNOWN.
 */
export function resetStatus(errorCode: number): Status {
  return statuses[errorCode] ?? libraryStatus(Code.UNKNOWN, `the server reset the call: error code ${errorCode}`);
}

const statuses: readonly Status[] = (
  [
    ["NO_ERROR", Code.INTERNAL],
    ["PROTOCOL_ERROR", Code.INTERNAL],
    ["INTERNAL_ERROR", Code.INTERNAL],
    ["FLOW_CONTROL_ERROR", Code.INTERNAL],
    ["SETTINGS_TIMEOUT", Code.INTERNAL],
    ["STREAM_CLOSED", Code.INTERNAL],
    ["FRAME_SIZE_ERROR", Code.INTERNAL],
    ["REFUSED_STREAM", Code.UNAVAILABLE],
    ["CANCEL", Code.CANCELLED],
    ["COMPRESSION_ERROR", Code.INTERNAL],
    ["CONNECT_ERROR", Code.INTERNAL],
    ["ENHANCE_YOUR_CALM", Code.RESOURCE_EXHAUSTED],
    ["INADEQUATE_SECURITY", Code.PERMISSION_DENIED],
    ["HTTP_1_1_REQUIRED", Code.INTERNAL],
  ] as const
).map(([name, code]) => libraryStatus(code, `the server reset the call: ${name}`));
