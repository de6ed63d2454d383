// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Peer, Program } from "./peer.js";
import { probingClientFlags, repositoryFolder, serverFlags } from "./peer-flags.js";
import { runToEnd } from "./process.js";

const version = "1.85.1";
const programs = join(repositoryFolder, "runtime/test/interop/peers/grpcio");
const protos = join(repositoryFolder, "testdata/proto");
const environment = join(repositoryFolder, ".cache/interop", `grpcio-${version}`);
const python = join(environment, "bin/python");
const stubs = join(environment, "gen");
const installTimeoutMs = 300_000;

/** grpcio (C-core) under programs of ours, in a virtual environment under .cache. */
export const grpcioPeer: Peer = {
  name: "grpcio",
  clientLacks: {
    client_compressed_streaming: "a grpcio client compresses per call, not per message",
  },
  serverLacks: {},
  seesCompressedFlag: false,
  async prepare() {
    // The stubs come last: where they are, the rest is.
    if (existsSync(join(stubs, "grpc/testing/test_pb2_grpc.py"))) return;
    await runToEnd({ command: "python3", parameters: ["-m", "venv", "--clear", environment] }, installTimeoutMs);
    const packages = [`grpcio==${version}`, `grpcio-tools==${version}`];
    await runToEnd({ command: python, parameters: ["-m", "pip", "install", "--quiet", ...packages] }, installTimeoutMs);
    mkdirSync(stubs);
    const outputs = [`-I${protos}`, `--python_out=${stubs}`, `--grpc_python_out=${stubs}`];
    const inputs = ["empty", "messages", "test"].map((name) => `grpc/testing/${name}.proto`);
    const parameters = ["-m", "grpc_tools.protoc", ...outputs, ...inputs];
    await runToEnd({ command: python, parameters }, installTimeoutMs);
  },
  client: (testCase, endpoint) => script("client.py", probingClientFlags(testCase, endpoint)),
  server: (port, security) => script("server.py", serverFlags(port, security)),
  badServerClient: () => undefined,
};

function script(file: string, flags: readonly string[]): Program {
  return { command: python, parameters: [join(programs, file), ...flags], env: { PETREL_INTEROP_GEN: stubs } };
}
