// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Peer, Program } from "./peer.js";
import { probingClientFlags, repositoryFolder, serverFlags } from "./peer-flags.js";
import { runToEnd } from "./process.js";

const folder = join(repositoryFolder, "runtime/test/interop/peers/grpc-js");
const installTimeoutMs = 120_000;
const neverCompresses = "a grpc-js server never compresses";

/** grpc-js under programs of ours; its packages are installed beside them, outside our dependency tree. */
export const grpcJsPeer: Peer = {
  name: "grpc-js",
  clientLacks: {},
  serverLacks: { server_compressed_unary: neverCompresses, server_compressed_streaming: neverCompresses },
  seesCompressedFlag: false,
  async prepare() {
    if (existsSync(join(folder, "node_modules/@grpc/grpc-js"))) return;
    const parameters = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder];
    await runToEnd({ command: "npm", parameters }, installTimeoutMs);
  },
  client: (testCase, endpoint) => javascript("client.js", probingClientFlags(testCase, endpoint)),
  server: (port, security) => javascript("server.js", serverFlags(port, security)),
  badServerClient: () => undefined,
};

function javascript(file: string, flags: readonly string[]): Program {
  return { command: process.execPath, parameters: [join(folder, file), ...flags] };
}
