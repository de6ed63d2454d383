// SPDX-License-Identifier: Apache-2.0
import type { BadServerCaseName, CaseName } from "./case-table.js";

export type Security = "cleartext" | "tls";

/** A program to start: what `spawn` takes. */
export interface Program {
  readonly command: string;
  readonly parameters: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Cases that one side of a peer cannot do, each with the reason that the table prints. */
export type Lacks = Readonly<Partial<Record<CaseName, string>>>;

/** Where a client finds its server, and how it talks to it. */
export interface Endpoint {
  readonly port: number;
  readonly security: Security;
  /** False: the server cannot tell a compressed message from a plain one, so no client probes for it. */
  readonly seesCompressedFlag: boolean;
}

/** An implementation of gRPC with an interop client and server. */
export interface Peer {
  readonly name: string;
  readonly clientLacks: Lacks;
  readonly serverLacks: Lacks;
  readonly seesCompressedFlag: boolean;
  /** Installs or builds what the programs need; done once a run. */
  prepare(): Promise<void>;
  client(testCase: CaseName, endpoint: Endpoint): Program;
  server(port: number, security: Security): Program;
  /** The client of a bad-server case; undefined when the peer has none. */
  badServerClient(testCase: BadServerCaseName, port: number): Program | undefined;
}
