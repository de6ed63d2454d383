// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { Peer, Program } from "./peer.js";
import { clientFlags, probingClientFlags, repositoryFolder, serverFlags } from "./peer-flags.js";

const interopFolder = join(repositoryFolder, "runtime/test/interop");

/** Petrel's own programs, run from the sources. */
export const petrelPeer: Peer = {
  name: "petrel",
  clientLacks: {},
  serverLacks: {},
  seesCompressedFlag: true,
  prepare: () => Promise.resolve(),
  client: (testCase, endpoint) => typescript("client/main.ts", probingClientFlags(testCase, endpoint)),
  server: (port, security) => typescript("server/main.ts", serverFlags(port, security)),
  badServerClient: (testCase, port) =>
    typescript("client/main.ts", clientFlags(testCase, { port, security: "cleartext", seesCompressedFlag: true })),
};

/** The bad server, which speaks cleartext HTTP/2 alone. */
export function badServer(testCase: string, port: number): Program {
  return typescript("bad-server/main.ts", [`--port=${port}`, `--test_case=${testCase}`]);
}

function typescript(file: string, flags: readonly string[]): Program {
  return {
    command: process.execPath,
    parameters: ["--import", "tsx", join(interopFolder, file), ...flags],
    env: { TSX_TSCONFIG_PATH: join(interopFolder, "tsconfig.json") },
  };
}
