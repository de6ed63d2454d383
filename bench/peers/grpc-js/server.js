// SPDX-License-Identifier: Apache-2.0
// The echo service as a grpc-js user writes it. Prints `listening PORT`. `--tls CERT KEY`, `--interceptor`.
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { protos, smallChunk, text, tlsArguments, token } from "../payload.js";

const { bench } = grpc.loadPackageDefinition(loadSync("bench/v1/echo.proto", { includeDirs: [protos] }));

const authenticate = (_method, call) =>
  new grpc.ServerInterceptingCall(call, {
    start: (next) =>
      next({
        onReceiveMetadata: (metadata, proceed) => {
          if (metadata.get("authorization")[0] === token) proceed(metadata);
          else call.sendStatus({ code: grpc.status.UNAUTHENTICATED, details: "a token is required" });
        },
      }),
  });
const server = new grpc.Server(process.argv.includes("--interceptor") ? { interceptors: [authenticate] } : {});
server.addService(bench.v1.EchoService.service, {
  echo: (call, callback) => callback(null, { text: call.request.text }),
  list: (call) => writeAll(call, call.request.value, { text }),
  chat: (call) => {
    call.on("data", (message) => {
      if (!call.write(message)) {
        call.pause();
        call.once("drain", () => call.resume());
      }
    });
    call.on("end", () => call.end());
  },
  echoChunk: (call, callback) => callback(null, { data: call.request.data }),
  download: (call) => writeAll(call, call.request.value, { data: smallChunk }),
  upload: (call, callback) => {
    let value = 0;
    call.on("data", () => value++);
    call.on("end", () => callback(null, { value }));
  },
  placeOrder: (call, callback) => {
    const { id, items } = call.request;
    callback(null, { id, total: items.reduce((total, item) => total + item.unitPrice * item.quantity, 0) });
  },
});
const tls = tlsArguments();
const credentials = tls
  ? grpc.ServerCredentials.createSsl(null, [{ cert_chain: tls.cert, private_key: tls.key }])
  : grpc.ServerCredentials.createInsecure();
server.bindAsync("127.0.0.1:0", credentials, (error, port) => {
  if (error) throw error;
  process.stdout.write(`listening ${port}\n`);
});

function writeAll(call, count, message) {
  let left = count;
  const writeMore = () => {
    while (left > 0) {
      left--;
      if (!call.write(message)) return call.once("drain", writeMore);
    }
    call.end();
  };
  writeMore();
}
