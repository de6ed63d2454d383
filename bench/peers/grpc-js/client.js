// SPDX-License-Identifier: Apache-2.0
// The load of ../load.js as a grpc-js user writes it.
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import * as payload from "../payload.js";

const { bench } = grpc.loadPackageDefinition(loadSync("bench/v1/echo.proto", { includeDirs: [payload.protos] }));

const addToken = (options, nextCall) =>
  new grpc.InterceptingCall(nextCall(options), {
    start: (metadata, listener, next) => {
      metadata.set("authorization", payload.token);
      next(metadata, listener);
    },
  });

export async function connect(port, ca) {
  const credentials = ca ? grpc.credentials.createSsl(ca) : grpc.credentials.createInsecure();
  const client = new bench.v1.EchoService(`localhost:${port}`, credentials);
  const orders = new bench.v1.EchoService(`localhost:${port}`, credentials, { interceptors: [addToken] });
  const call = (start) =>
    new Promise((resolve, reject) => start((error, reply) => (error ? reject(error) : resolve(reply))));
  await call((done) => client.waitForReady(Date.now() + 10_000, done));
  return {
    echo: () => call((done) => client.echo({ text: payload.text }, done)),
    echoChunk: () => call((done) => client.echoChunk({ data: payload.largeChunk }, done)),
    list: () => readAll(client.list({ value: payload.listMessages }), payload.listMessages),
    download: () => readAll(client.download({ value: payload.chunks }), payload.chunks),
    chat: () => {
      const stream = client.chat();
      writeAll(stream, payload.chatMessages, { text: payload.text });
      return readAll(stream, payload.chatMessages);
    },
    upload: () => call((done) => writeAll(client.upload(done), payload.chunks, { data: payload.smallChunk })),
    placeOrder: () => {
      const metadata = new grpc.Metadata();
      for (const [name, value] of payload.metadata) metadata.set(name, value);
      return call((done) => orders.placeOrder(payload.order, metadata, { deadline: Date.now() + 10_000 }, done));
    },
  };
}

function writeAll(stream, count, message) {
  let left = count;
  const writeMore = () => {
    while (left > 0) {
      left--;
      if (!stream.write(message)) return stream.once("drain", writeMore);
    }
    stream.end();
  };
  writeMore();
}

function readAll(stream, expected) {
  return new Promise((resolve, reject) => {
    let count = 0;
    stream.on("data", () => count++);
    stream.on("error", reject);
    stream.on("end", () => (count === expected ? resolve() : reject(new Error(`${count} of ${expected} messages`))));
  });
}
