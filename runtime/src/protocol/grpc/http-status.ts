// SPDX-License-Identifier: Apache-2.0
import { Code } from "../../rpc/code.js";

/**
 * The code of a response that has an HTTP status and no grpc-status (gRPC http-grpc-status-mapping). 200 is UNKNOWN here
 * as well, for a response that only looks like success. Not for use by servers.
 */
export function codeOfHttpStatus(httpStatus: string): Code {
  switch (httpStatus) {
    case "400":
      return Code.INTERNAL;
    case "401":
      return Code.UNAUTHENTICATED;
    case "403":
      return Code.PERMISSION_DENIED;
    case "404":
      return Code.UNIMPLEMENTED;
    case "429":
    case "502":
    case "503":
    case "504":
      return Code.UNAVAILABLE;
    default:
      return Code.UNKNOWN;
  }
}
