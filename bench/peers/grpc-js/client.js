// SPDX-License-Identifier: Apache-2.0
// Makes one echo call on the port given, so that no server is measured that answers wrongly: h2load reads no trailers.
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const protos = fileURLToPath(new URL("../../proto", import.meta.url));
const { bench } = grpc.loadPackageDefinition(loadSync("bench/v1/echo.proto", { includeDirs: [protos] }));

const [port, text] = process.argv.slice(2);
const client = new bench.v1.EchoService(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
client.echo({ text }, { deadline: Date.now() + 10_000 }, (error, reply) => {
  client.close();
  if (error) throw error;
  if (reply.text !== text) throw new Error(`sent "${text}", received "${reply.text}"`);
});
