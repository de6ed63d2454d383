// SPDX-License-Identifier: Apache-2.0

/** Who is at the other end of the connection. */
export interface Peer {
  /** IP address, Unix socket path, or "in-process". */
  readonly address: string;
  /** Absent for Unix sockets and in-process. */
  readonly port?: number | undefined;
  /** Absent over cleartext. */
  readonly tls?: TlsIdentity | undefined;
}

export interface TlsIdentity {
  /** "TLSv1.3", "TLSv1.2". */
  readonly protocol: string;
  readonly cipher: string;
  /** True when the peer's certificate was verified against the configured authorities. */
  readonly authorized: boolean;
  /** The peer's certificate; absent when it sent none. */
  readonly certificate?: PeerCertificate | undefined;
}

export interface PeerCertificate {
  /** Distinguished name, one `key=value` a line, as the certificate orders them. */
  readonly subject: string;
  readonly issuer: string;
  /** `DNS:…`, `IP:…`, `URI:…` entries. */
  readonly subjectAltNames: readonly string[];
  readonly serialNumber: string;
  /** SHA-256 of the DER form, colon-separated upper-case hex. */
  readonly fingerprint256: string;
  /** Epoch milliseconds. */
  readonly validFromMs: number;
  readonly validToMs: number;
  /** The certificate's DER form. */
  readonly raw: Uint8Array;
}
