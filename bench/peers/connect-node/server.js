// SPDX-License-Identifier: Apache-2.0
// The unary part of the echo service as a connect-node user writes it. Prints `listening PORT`. `--tls CERT KEY`.
import { createSecureServer, createServer } from "node:http2";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { tlsArguments } from "../payload.js";
import { EchoService } from "./gen/bench/v1/echo_pb.js";

const handler = connectNodeAdapter({
  routes: (router) => router.service(EchoService, { echo: (request) => ({ text: request.text }) }),
});
const tls = tlsArguments();
const server = tls ? createSecureServer(tls, handler) : createServer(handler);
server.listen(0, "127.0.0.1", () => process.stdout.write(`listening ${server.address().port}\n`));
