// SPDX-License-Identifier: Apache-2.0
/**
 * The server under h2spec: a tiny gRPC service that echoes. h2spec asks for `GET /` and `POST /` without a content-type,
 * so what it reads is the text body of a 415. Prints `listening PORT`; serves until TERM.
 *
 *     node h2-server.js [--port=N] [--tls_cert_file=PEM --tls_key_file=PEM]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createServer } from "petrel";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    tls_cert_file: { type: "string" },
    tls_key_file: { type: "string" },
  },
});

process.on("SIGTERM", () => process.exit(0));

const { tls_cert_file: cert, tls_key_file: key } = values;
if ((cert === undefined) !== (key === undefined)) throw new Error("--tls_cert_file and --tls_key_file go together");
const server = createServer({
  tls: cert !== undefined && key !== undefined ? { cert: readFileSync(cert), key: readFileSync(key) } : undefined,
});
server.setFallback((messages) => messages);
const { port } = await server.listen(`127.0.0.1:${values.port}`);
process.stdout.write(`listening ${port}\n`);
