// SPDX-License-Identifier: Apache-2.0
import { goTool } from "../../../../scripts/tools.js";
import type { Lacks, Peer } from "./peer.js";
import { clientFlags, serverFlags } from "./peer-flags.js";

const noCase = "grpc-go's interop client has no such case";
const noCompressor = "grpc-go's interop server registers no compressor";
const ownHttp2Cases: ReadonlySet<string> = new Set([
  "goaway",
  "rst_after_header",
  "rst_after_data",
  "ping",
  "max_streams",
]);

const compressionCases = (reason: string): Lacks => ({
  client_compressed_unary: reason,
  server_compressed_unary: reason,
  client_compressed_streaming: reason,
  server_compressed_streaming: reason,
});

const binaries = { client: "", server: "", http2: "" };

/** grpc-go's own interop programs. */
export const grpcGoPeer: Peer = {
  name: "grpc-go",
  clientLacks: { ...compressionCases(noCase), concurrent_large_unary: noCase },
  serverLacks: {
    ...compressionCases(noCompressor),
    pick_first_unary: "grpc-go's interop server fills in no server_id",
  },
  seesCompressedFlag: false,
  async prepare() {
    for (const program of ["client", "server", "http2"] as const) {
      binaries[program] = await goTool(`google.golang.org/grpc/interop/${program}@latest`);
    }
  },
  client: (testCase, endpoint) => ({
    command: binaries.client,
    // Without --use_test_ca the program leaves --ca_file unread.
    parameters: [...clientFlags(testCase, endpoint), ...(endpoint.security === "tls" ? ["--use_test_ca=true"] : [])],
  }),
  server: (port, security) => ({ command: binaries.server, parameters: serverFlags(port, security) }),
  badServerClient(testCase, port) {
    const endpoint = { port, security: "cleartext", seesCompressedFlag: false } as const;
    // The program insists on UNKNOWN here, while grpc-go itself (and the mapping of PROTOCOL-HTTP2) says INTERNAL.
    if (testCase === "rst_during_data") return undefined;
    // The padding cases are large_unary on the client's side.
    if (!ownHttp2Cases.has(testCase)) return this.client("large_unary", endpoint);
    return { command: binaries.http2, parameters: clientFlags(testCase, endpoint) };
  },
};
