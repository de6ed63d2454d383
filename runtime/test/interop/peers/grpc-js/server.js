// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import grpc from "@grpc/grpc-js";
import { initialMetadataName, readFlags, testing, trailingMetadataName } from "./service.js";

const flags = readFlags({ port: "10000", use_tls: "false", tls_cert_file: "", tls_key_file: "" });
const serverId = `grpc-js ${process.pid}`;

const server = new grpc.Server();
server.addService(testing.TestService.service, {
  EmptyCall: (_call, callback) => callback(null, {}),
  UnaryCall: unaryCall,
  StreamingInputCall: streamingInputCall,
  StreamingOutputCall: streamingOutputCall,
  FullDuplexCall: fullDuplexCall,
  HalfDuplexCall: halfDuplexCall,
});
const credentials =
  flags.use_tls === "true"
    ? grpc.ServerCredentials.createSsl(null, [
        { private_key: readFileSync(flags.tls_key_file), cert_chain: readFileSync(flags.tls_cert_file) },
      ])
    : grpc.ServerCredentials.createInsecure();
server.bindAsync(`127.0.0.1:${flags.port}`, credentials, (error) => {
  if (error) throw error;
});
process.once("SIGTERM", () => process.exit(0));

function unaryCall(call, callback) {
  const trailers = echoMetadata(call);
  const { response_status: status, response_size: size, fill_server_id: named } = call.request;
  if (status?.code) return callback({ code: status.code, details: status.message, metadata: trailers });
  callback(null, { payload: { body: Buffer.alloc(size) }, server_id: named ? serverId : "" }, trailers);
}

function streamingInputCall(call, callback) {
  let bytes = 0;
  call.on("data", (request) => {
    bytes += request.payload?.body.length ?? 0;
  });
  call.on("end", () => callback(null, { aggregated_payload_size: bytes }));
  call.on("error", () => call.destroy());
}

async function streamingOutputCall(call) {
  await respond(call, call.request);
  call.end();
}

async function fullDuplexCall(call) {
  const trailers = echoMetadata(call);
  try {
    for await (const request of requests(call)) {
      const status = request.response_status;
      if (status?.code) {
        call.emit("error", { code: status.code, details: status.message, metadata: trailers });
        return;
      }
      await respond(call, request);
    }
    call.end(trailers);
  } catch (error) {
    // A cancelled call ends the iteration with an error; nobody is left to answer.
    if (!call.cancelled) throw error;
  }
}

async function halfDuplexCall(call) {
  const held = [];
  for await (const request of requests(call)) held.push(request);
  for (const request of held) await respond(call, request);
  call.end();
}

/** The requests of a duplex call; the end of the loop leaves the call open for replies. */
function requests(call) {
  return call.iterator({ destroyOnReturn: false });
}

async function respond(call, request) {
  for (const wanted of request.response_parameters) {
    if (wanted.interval_us > 0) await delay(wanted.interval_us / 1_000);
    call.write({ payload: { body: Buffer.alloc(wanted.size) } });
  }
}

function echoMetadata(call) {
  const [initial] = call.metadata.get(initialMetadataName);
  if (initial !== undefined) {
    const headers = new grpc.Metadata();
    headers.set(initialMetadataName, initial);
    call.sendMetadata(headers);
  }
  const trailers = new grpc.Metadata();
  const [trailing] = call.metadata.get(trailingMetadataName);
  if (trailing !== undefined) trailers.set(trailingMetadataName, trailing);
  return trailers;
}
