// SPDX-License-Identifier: Apache-2.0
import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import type { ClientTls, ServerTls } from "../rpc/tls.js";
import { checkPem } from "./runtime-differences.js";

// RFC 9113 §9.2.2 and Appendix A: with TLS 1.2 only ephemeral key exchange and AEAD; the names of TLS 1.3 come first.
const ciphers = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
  "DHE-RSA-AES128-GCM-SHA256",
  "DHE-RSA-AES256-GCM-SHA384",
].join(":");

/**
 * Node's settings for the certificates of either side. Tried out at once: throws an Error that says which of cert, key
 * and ca cannot be used.
 */
export function secureContextOptions(tls: ServerTls | ClientTls): SecureContextOptions {
  const options: SecureContextOptions = {
    minVersion: tls.minVersion ?? "TLSv1.2",
    ciphers,
    // RFC 9113 §9.2.1: renegotiation is not allowed.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
  if (tls.ca !== undefined) options.ca = pem(tls.ca);
  if (tls.cert !== undefined) options.cert = pem(tls.cert);
  if (tls.key !== undefined) options.key = pem(tls.key);
  for (const names of [["ca"], ["cert"], ["key"], ["cert", "key"]] as const) tryOut(options, names);
  return options;
}

function tryOut(options: SecureContextOptions, names: readonly ("ca" | "cert" | "key")[]): void {
  if (names.some((name) => options[name] === undefined)) return;
  try {
    checkPem(Object.fromEntries(names.map((name) => [name, options[name]])));
  } catch (error) {
    const subject =
      names.length > 1 ? "tls.cert and tls.key do not fit each other" : `tls.${names[0]} is not usable PEM`;
    throw new Error(`${subject}: ${(error as Error).message}`, { cause: error });
  }
}

function pem(text: string | Uint8Array): string | Buffer {
  return typeof text === "string" ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
}
