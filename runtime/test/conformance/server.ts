// SPDX-License-Identifier: Apache-2.0
/**
 * The server program of the Connect conformance suite: reads one ServerCompatRequest on stdin, serves until TERM,
 * tells where on stdout. stdout carries nothing else.
 */

import { createServer, fromBytes, type ServerTls, toBytes } from "petrel";
import { conformanceHandlers } from "./conformance-handlers.js";
import { readFrames, writeFrame } from "./frame.js";
import {
  type ServerCompatRequest,
  ServerCompatRequestCodec,
  ServerCompatResponseCodec,
} from "./gen/connectrpc/conformance/v1/server_compat_pb.js";
import { ConformanceService } from "./gen/connectrpc/conformance/v1/service_grpc.js";

process.on("SIGTERM", () => process.exit(0));

const request = await readRequest();
const tls = request.useTls ? serverTls(request) : undefined;
const server = createServer({
  tls,
  receiveMaxBytes: request.messageReceiveLimit || undefined,
  compression: { send: "gzip", minBytes: 0 },
});
server.addService(ConformanceService, conformanceHandlers);
const { host, port } = await server.listen("127.0.0.1:0");
const response = { host, port, pemCert: tls === undefined ? new Uint8Array(0) : tls.cert };
await writeFrame(process.stdout, toBytes(ServerCompatResponseCodec, response));

async function readRequest(): Promise<ServerCompatRequest> {
  for await (const frame of readFrames(process.stdin)) return fromBytes(ServerCompatRequestCodec, frame);
  throw new Error("stdin ended before a ServerCompatRequest");
}

function serverTls({ serverCreds, clientTlsCert }: ServerCompatRequest): ServerTls & { cert: Uint8Array } {
  if (serverCreds === undefined) throw new Error("use_tls without server_creds");
  const identity = { cert: serverCreds.cert, key: serverCreds.key };
  return clientTlsCert.length === 0 ? identity : { ...identity, ca: clientTlsCert, clientCertificate: "require" };
}
