// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import { decodeUint31 } from "./header.js";

/** Octets of a PRIORITY payload and of the priority fields in HEADERS (RFC 9113 §6.2, §6.3). */
export const priorityBytes = 5;

/** Throws unless PRIORITY names a stream. Its length is a stream matter (RFC 9113 §6.3). */
export function checkPriority(streamId: number): void {
  if (streamId === 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "PRIORITY on stream 0");
}

/** The stream that the priority fields at `position` depend on. On itself is a stream error (RFC 7540 §5.3.1). */
export function decodeDependency(buffer: Uint8Array, position: number): number {
  return decodeUint31(buffer, position);
}
