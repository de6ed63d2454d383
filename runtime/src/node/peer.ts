// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from "node:crypto";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { Peer, PeerCertificate, TlsIdentity } from "../rpc/peer.js";
import { canonicalIp, isAuthorized } from "./runtime-differences.js";

/**
 * Reads who is at the other end while the socket can still tell. `fallbackAddress` stands for sockets without an IP
 * address. The certificate's fields are read out only when asked for.
 */
export function peerOf(socket: Duplex, fallbackAddress: string): Peer {
  const { remoteAddress, remotePort } = socket as Duplex & { remoteAddress?: string; remotePort?: number };
  return {
    address: remoteAddress ?? fallbackAddress,
    ...(remoteAddress === undefined ? undefined : { port: remotePort }),
    ...(socket instanceof TLSSocket ? { tls: new SocketTlsIdentity(socket) } : undefined),
  };
}

class SocketTlsIdentity implements TlsIdentity {
  readonly protocol: string;
  readonly cipher: string;
  readonly authorized: boolean;
  readonly #x509: X509Certificate | undefined;
  #certificate: PeerCertificate | undefined;

  constructor(socket: TLSSocket) {
    this.protocol = socket.getProtocol() ?? "";
    this.cipher = socket.getCipher().standardName;
    this.#x509 = socket.getPeerX509Certificate();
    this.authorized = isAuthorized(socket.authorized, this.#x509);
  }

  get certificate(): PeerCertificate | undefined {
    if (this.#certificate === undefined && this.#x509 !== undefined) {
      this.#certificate = describeCertificate(this.#x509);
    }
    return this.#certificate;
  }
}

/** What an X.509 certificate says, in Petrel's words. Takes its DER form too. */
export function describeCertificate(certificate: X509Certificate | Uint8Array): PeerCertificate {
  const x509 = certificate instanceof X509Certificate ? certificate : new X509Certificate(certificate);
  return {
    subject: x509.subject,
    issuer: x509.issuer,
    subjectAltNames: splitAltNames(x509.subjectAltName ?? ""),
    serialNumber: x509.serialNumber,
    fingerprint256: x509.fingerprint256,
    validFromMs: Date.parse(x509.validFrom),
    validToMs: Date.parse(x509.validTo),
    raw: Uint8Array.from(x509.raw),
  };
}

/** Splits Node's `DNS:a, IP Address:::1, URI:"spiffe://x, y"`, where values with commas are JSON strings. */
function splitAltNames(text: string): string[] {
  const names: string[] = [];
  for (const [, kind, quoted, plain] of text.matchAll(/([^:,]+):(?:("(?:[^"\\]|\\.)*")|([^,]*))(?:, |$)/g)) {
    const value = quoted === undefined ? plain : (JSON.parse(quoted) as string);
    names.push(kind === "IP Address" ? `IP:${canonicalIp(value as string)}` : `${kind}:${value}`);
  }
  return names;
}
