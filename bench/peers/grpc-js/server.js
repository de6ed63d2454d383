// SPDX-License-Identifier: Apache-2.0
// The echo service as a grpc-js user writes it. Prints `listening PORT`.
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const protos = fileURLToPath(new URL("../../proto", import.meta.url));
const { bench } = grpc.loadPackageDefinition(loadSync("bench/v1/echo.proto", { includeDirs: [protos] }));

const server = new grpc.Server();
server.addService(bench.v1.EchoService.service, {
  echo: (call, callback) => callback(null, { text: call.request.text }),
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`listening ${port}\n`);
});
