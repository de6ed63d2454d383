// SPDX-License-Identifier: Apache-2.0
import type { PeerCertificate } from "./peer.js";

/** A server's certificate and what it asks of clients. PEM, as text or bytes. */
export interface ServerTls {
  readonly cert: string | Uint8Array;
  readonly key: string | Uint8Array;
  /** Authorities that client certificates are verified against. */
  readonly ca?: string | Uint8Array | undefined;
  /** Default "none". "require": a client without a certificate that `ca` verifies is refused in the handshake. */
  readonly clientCertificate?: "none" | "request" | "require" | undefined;
  /** Default "TLSv1.2" (RFC 9113 §9.2). */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
}

/** Whom a client trusts and what it presents. PEM, as text or bytes. */
export interface ClientTls {
  /** Default: the platform's authorities. */
  readonly ca?: string | Uint8Array | undefined;
  readonly cert?: string | Uint8Array | undefined;
  readonly key?: string | Uint8Array | undefined;
  /** The name sent as SNI and looked for in the certificate. Default: the authority's host. */
  readonly serverName?: string | undefined;
  /** Default "TLSv1.2". */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
  /** Replaces the check of the certificate's names: return an Error to refuse. The chain is verified in any case. */
  readonly checkServerIdentity?: ((serverName: string, certificate: PeerCertificate) => Error | undefined) | undefined;
}
