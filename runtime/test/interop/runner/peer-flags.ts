// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import type { Endpoint, Security } from "./peer.js";

export const repositoryFolder = fileURLToPath(new URL("../../../../", import.meta.url));
const certificate = (name: string) => `${repositoryFolder}testdata/certs/${name}`;

/** The server name that the test certificate carries and clients insist on. */
const serverName = "foo.test.google.fr";

/** Flags of a client's connection, grpc-go's names, which every program here takes. */
export function clientFlags(testCase: string, { port, security }: Endpoint): string[] {
  const flags = [`--server_host=127.0.0.1`, `--server_port=${port}`, `--test_case=${testCase}`];
  if (security === "cleartext") return flags;
  return [...flags, "--use_tls=true", `--ca_file=${certificate("ca.pem")}`, `--server_host_override=${serverName}`];
}

/** The same with the one flag that is ours: whether the server can judge a compression probe. */
export function probingClientFlags(testCase: string, endpoint: Endpoint): string[] {
  return [...clientFlags(testCase, endpoint), `--compression_probe=${endpoint.seesCompressedFlag}`];
}

/** Flags of a server's listener. */
export function serverFlags(port: number, security: Security): string[] {
  const flags = [`--port=${port}`];
  if (security === "cleartext") return flags;
  return [
    ...flags,
    "--use_tls=true",
    `--tls_cert_file=${certificate("server.pem")}`,
    `--tls_key_file=${certificate("server.key")}`,
  ];
}
