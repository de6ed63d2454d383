// SPDX-License-Identifier: Apache-2.0
// The least that node:http2 can do for a unary echo: no codec, no deadline, no metadata. Prints `listening PORT`.
import { createSecureServer, createServer } from "node:http2";
import { tlsArguments } from "../payload.js";

const tls = tlsArguments();
const server = tls ? createSecureServer(tls) : createServer();
server.on("stream", (stream) => {
  const parts = [];
  stream.on("data", (bytes) => parts.push(bytes));
  stream.on("end", () => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(parts.length === 1 ? parts[0] : Buffer.concat(parts));
  });
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`listening ${server.address().port}\n`));
