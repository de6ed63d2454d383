// SPDX-License-Identifier: Apache-2.0
import { ErrorCode } from "../error-code.js";
import { ConnectionError } from "../errors.js";
import type { Role } from "../limits.js";

/** PUSH_PROMISE is an error in both roles: clients may not send it, and ours disables push (RFC 9113 §8.4, §6.6). */
export function refusePushPromise(role: Role): ConnectionError {
  const rule = role === "server" ? "from a client" : "after SETTINGS_ENABLE_PUSH 0";
  return new ConnectionError(ErrorCode.PROTOCOL_ERROR, `PUSH_PROMISE ${rule}`);
}
