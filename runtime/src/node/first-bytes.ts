// SPDX-License-Identifier: Apache-2.0

/** What a client's first bytes say. "undecided": the preface so far, more must come. */
export type FirstBytes =
  | { readonly protocol: "undecided" | "http2" | "http1" }
  | { readonly protocol: "unknown"; readonly reason: string };

/** RFC 9113 §3.4. */
export const clientPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// RFC 9110 §9.3 and RFC 5789: any token could be a method, but an unknown one is more likely a broken preface.
const http1Methods = ["GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ", "PATCH "];
const tlsHandshakeRecord = 0x16;

/** Tells by a connection's first bytes, one at least, what its client speaks. Decides with 24 bytes or fewer. */
export function recognizeFirstBytes(bytes: Uint8Array): FirstBytes {
  const text = String.fromCharCode(...bytes.subarray(0, clientPreface.length));
  if (text === clientPreface) return { protocol: "http2" };
  if (http1Methods.some((method) => text.startsWith(method))) return { protocol: "http1" };
  if (clientPreface.startsWith(text) || http1Methods.some((method) => method.startsWith(text)))
    return { protocol: "undecided" };
  // "PRI * HTTP/2.0" followed by anything else is a broken preface, for HTTP/2 to refuse (RFC 9113 §3.4).
  if (text.startsWith("PRI * HTTP/2")) return { protocol: "http2" };
  if (bytes[0] === tlsHandshakeRecord) {
    return { protocol: "unknown", reason: "the client speaks TLS on a cleartext port" };
  }
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return { protocol: "unknown", reason: `first bytes ${hex} are neither HTTP/2's preface nor an HTTP/1.1 request` };
}
