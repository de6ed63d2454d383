// SPDX-License-Identifier: Apache-2.0
// Where Bun, Deno or one version of Node does not do what the rest of node/ asks of `node:` modules: nowhere else is
// there code for it. Each difference is found by what is done, not by the runtime's name, and so ends with the fault.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { checkServerIdentity, createSecureContext, type PeerCertificate, type SecureContextOptions } from "node:tls";
import { brotliDecompressSync } from "node:zlib";

/**
 * Why a server's certificate is not for the name, undefined when it is. IP addresses are asked of the certificate
 * itself: Node 22.23's own check takes an IPv6 address for a DNS name that no certificate has.
 */
export function checkIdentity(name: string, certificate: PeerCertificate): Error | undefined {
  if (isIP(name) === 0) return checkServerIdentity(name, certificate);
  const x509 = new X509Certificate(certificate.raw);
  // A zone says which of our links to use; no certificate has one, and checkIP throws.
  if (x509.checkIP(name.replace(/%.*$/, "")) !== undefined) return undefined;
  return new Error(`IP: ${name} is not in the cert's list: ${x509.subjectAltName ?? "it has no alternative names"}`);
}

/** Throws what is wrong with the PEM. Deno's secure contexts take anything, and their first handshake fails instead. */
export function checkPem(options: Pick<SecureContextOptions, "ca" | "cert" | "key">): void {
  createSecureContext(options);
  secureContexts ??= secureContextsAreChecked() ? "checked" : "unchecked";
  if (secureContexts === "checked") return;
  const { ca, cert, key } = options as Record<string, string | Buffer | undefined>;
  if (ca !== undefined) new X509Certificate(ca);
  const x509 = cert === undefined ? undefined : new X509Certificate(cert);
  const privateKey = key === undefined ? undefined : createPrivateKey(key);
  if (x509 !== undefined && privateKey !== undefined && !x509.checkPrivateKey(privateKey)) {
    throw new Error("key values mismatch");
  }
}

let secureContexts: "checked" | "unchecked" | undefined;

function secureContextsAreChecked(): boolean {
  try {
    createSecureContext({ cert: "no PEM" });
    return false;
  } catch {
    return true; // As Node and Bun do.
  }
}

/** Whether a TLS peer has proved who it is. Deno calls a client authorized that showed no certificate at all. */
export function isAuthorized(socketSays: boolean, certificate: X509Certificate | undefined): boolean {
  return socketSays && certificate !== undefined;
}

/** An IP address of a certificate in the form of RFC 5952: Node and Bun write `::1` as `0:0:0:0:0:0:0:1`, Deno does not. */
export function canonicalIp(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

/**
 * Whether brotli's functions tell a message that ends early from a whole one. Deno's give what there is and no sign, so
 * that a cut message would pass for a shorter one.
 */
export function tellsCutBrotli(): boolean {
  try {
    brotliDecompressSync(new Uint8Array(0));
    return false;
  } catch {
    return true; // No bytes are the shortest cut message.
  }
}
