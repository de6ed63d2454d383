// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { createServer, type ServerOptions } from "petrel";
import { booleanFlag, integerFlag, parseFlags } from "../flags.js";
import { TestService } from "../gen/grpc/testing/test_grpc.js";
import { testServiceHandlers } from "./test-service.js";

// Petrel's interop server, with the flags of grpc-go's. Runs until SIGTERM or SIGINT.

const shutdownGraceMs = 1_000;

const flags = parseFlags(process.argv.slice(2), {
  port: "10000",
  use_tls: "false",
  tls_cert_file: "",
  tls_key_file: "",
});

const options: ServerOptions = {
  // Every message is compressible on wish, however short: the handlers say which ones (context.compress).
  compression: { send: "gzip", minBytes: 0 },
  ...(booleanFlag("use_tls", flags.use_tls)
    ? { tls: { cert: readFileSync(flags.tls_cert_file), key: readFileSync(flags.tls_key_file) } }
    : {}),
};
const server = createServer(options).addService(TestService, testServiceHandlers);
const address = await server.listen({ host: "127.0.0.1", port: integerFlag("port", flags.port) });
console.log(`petrel interop server listening on ${address.target}`);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    server.shutdown({ graceMs: shutdownGraceMs }).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
