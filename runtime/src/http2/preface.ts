// SPDX-License-Identifier: Apache-2.0

/** What a client sends before its first frame (RFC 9113 §3.4). */
export const connectionPreface: Uint8Array = Uint8Array.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (unit) =>
  unit.charCodeAt(0),
);
