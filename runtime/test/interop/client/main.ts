// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { type ChannelOptions, createChannel } from "petrel";
import { booleanFlag, integerFlag, parseFlags } from "../flags.js";
import { TestServiceClient } from "../gen/grpc/testing/test_grpc.js";
import { badServerCases } from "./bad-server-cases.js";
import { cancellationCases } from "./cancellation-cases.js";
import type { InteropCase } from "./case.js";
import { compressionCases } from "./compression-cases.js";
import { soakCases } from "./soak-cases.js";
import { statusCases } from "./status-cases.js";
import { streamingCases } from "./streaming-cases.js";
import { unaryCases } from "./unary-cases.js";

// Petrel's interop client, with the flags of grpc-go's. Runs one case; exit status 0 says that it passed.

const cases: Readonly<Record<string, InteropCase>> = {
  ...unaryCases,
  ...streamingCases,
  ...compressionCases,
  ...statusCases,
  ...cancellationCases,
  ...soakCases,
  ...badServerCases,
};

const flags = parseFlags(process.argv.slice(2), {
  server_host: "localhost",
  server_port: "10000",
  server_host_override: "",
  use_tls: "false",
  use_test_ca: "false",
  ca_file: "",
  test_case: "large_unary",
  // False against a server that cannot see whether a message came compressed (grpc-js, grpcio).
  compression_probe: "true",
  soak_iterations: "10",
  soak_request_size: "271828",
  soak_response_size: "314159",
});

const test = Object.hasOwn(cases, flags.test_case) ? cases[flags.test_case] : undefined;
if (test === undefined) {
  throw new Error(`unknown --test_case "${flags.test_case}"; known: ${Object.keys(cases).join(", ")}`);
}

const open = () => createChannel(`${flags.server_host}:${integerFlag("server_port", flags.server_port)}`, options());
const channel = open();
try {
  await test({
    channel,
    client: new TestServiceClient(channel),
    openChannel: open,
    probesCompression: booleanFlag("compression_probe", flags.compression_probe),
    soak: {
      iterations: integerFlag("soak_iterations", flags.soak_iterations),
      requestBytes: integerFlag("soak_request_size", flags.soak_request_size),
      responseBytes: integerFlag("soak_response_size", flags.soak_response_size),
    },
  });
  console.log(`${flags.test_case} passed`);
} catch (error) {
  console.error(`${flags.test_case} failed:`, error);
  process.exitCode = 1;
} finally {
  await channel.close();
}

function options(): ChannelOptions {
  if (!booleanFlag("use_tls", flags.use_tls)) return { tls: false };
  return {
    tls: flags.ca_file === "" ? true : { ca: readFileSync(flags.ca_file) },
    ...(flags.server_host_override === "" ? {} : { authority: flags.server_host_override }),
  };
}
