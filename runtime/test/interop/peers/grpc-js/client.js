// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import grpc from "@grpc/grpc-js";
import { initialMetadataName, readFlags, testing, trailingMetadataName } from "./service.js";

const requestSizes = [27_182, 8, 1_828, 45_904];
const responseSizes = [31_415, 9, 2_653, 58_979];
const gzip = { "grpc.default_compression_algorithm": 2 };
/** grpc-js takes a message's write flags in the place of Writable's encoding; 2 is NoCompress. */
const noCompress = 2;
const soakIterations = 10;
const acceptableLatencyMs = 1_000;

const flags = readFlags({
  server_host: "localhost",
  server_port: "10000",
  server_host_override: "",
  use_tls: "false",
  ca_file: "",
  test_case: "large_unary",
  compression_probe: "true",
});
const clients = [];
const cases = {
  empty_unary: async () => assert.deepEqual((await unary(open(), "EmptyCall", {})).reply, {}),
  large_unary: () => largeUnary(open()),
  client_streaming: clientStreaming,
  server_streaming: () => serverStreaming(responseSizes.map((size) => ({ size }))),
  ping_pong: pingPong,
  empty_stream: async () => assert.deepEqual(await finish(open().FullDuplexCall()), { code: 0, received: [] }),
  custom_metadata: customMetadata,
  status_code_and_message: statusCodeAndMessage,
  special_status_message: () =>
    echoedStatus("\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n"),
  unimplemented_method: () => expectCode(unary(open(), "UnimplementedCall", {}), grpc.status.UNIMPLEMENTED),
  unimplemented_service: () =>
    expectCode(unary(open({}, testing.UnimplementedService), "UnimplementedCall", {}), grpc.status.UNIMPLEMENTED),
  cancel_after_begin: cancelAfterBegin,
  cancel_after_first_response: cancelAfterFirstResponse,
  timeout_on_sleeping_server: timeoutOnSleepingServer,
  client_compressed_unary: clientCompressedUnary,
  server_compressed_unary: serverCompressedUnary,
  server_compressed_streaming: () =>
    serverStreaming([
      { size: 31_415, compressed: { value: true } },
      { size: 92_653, compressed: { value: false } },
    ]),
  client_compressed_streaming: clientCompressedStreaming,
  pick_first_unary: pickFirstUnary,
  concurrent_large_unary: concurrentLargeUnary,
  rpc_soak: rpcSoak,
  channel_soak: channelSoak,
};

assert.ok(Object.hasOwn(cases, flags.test_case), `unknown --test_case "${flags.test_case}"`);
try {
  await cases[flags.test_case]();
} finally {
  for (const client of clients) client.close();
}

async function largeUnary(client, more = {}) {
  const request = { response_size: 314_159, payload: { body: Buffer.alloc(271_828) }, ...more };
  const { reply } = await unary(client, "UnaryCall", request);
  assert.equal(reply.payload.body.length, 314_159);
}

async function clientStreaming() {
  const reply = await upload(open(), (call) => {
    for (const size of requestSizes) call.write({ payload: { body: Buffer.alloc(size) } });
    call.end();
  });
  assert.equal(reply.aggregated_payload_size, 74_922);
}

async function clientCompressedStreaming() {
  const flagged = { expect_compressed: { value: true }, payload: { body: Buffer.alloc(27_182) } };
  const unflagged = { expect_compressed: { value: false }, payload: { body: Buffer.alloc(45_904) } };
  if (flags.compression_probe === "true") {
    const probe = upload(open(gzip), (call) => call.end(flagged, noCompress));
    await expectCode(probe, grpc.status.INVALID_ARGUMENT);
  }
  const reply = await upload(open(gzip), (call) => {
    call.write(flagged);
    call.end(unflagged, noCompress);
  });
  assert.equal(reply.aggregated_payload_size, 73_086);
}

async function serverStreaming(wanted) {
  const { code, received } = await finish(open().StreamingOutputCall({ response_parameters: wanted }));
  assert.equal(code, 0);
  assert.deepEqual(
    received,
    wanted.map(({ size }) => size),
  );
}

async function pingPong() {
  const call = open().FullDuplexCall();
  for (const [i, size] of responseSizes.entries()) {
    call.write({ response_parameters: [{ size }], payload: { body: Buffer.alloc(requestSizes[i]) } });
    const [reply] = await once(call, "data");
    assert.equal(reply.payload.body.length, size);
  }
  assert.deepEqual(await finish(call), { code: 0, received: [] });
}

async function customMetadata() {
  const sent = new grpc.Metadata();
  sent.set(initialMetadataName, "test_initial_metadata_value");
  sent.set(trailingMetadataName, Buffer.from("ababab", "hex"));
  const echoed = (headers, trailers) => {
    assert.deepEqual(headers.get(initialMetadataName), ["test_initial_metadata_value"]);
    assert.deepEqual(trailers.get(trailingMetadataName), [Buffer.from("ababab", "hex")]);
  };
  const { headers, trailers } = await unary(open(), "UnaryCall", { response_size: 1 }, sent);
  echoed(headers, trailers);
  const call = open().FullDuplexCall(sent);
  const seen = once(call, "metadata");
  const ended = once(call, "status");
  call.write({ response_parameters: [{ size: 1 }] });
  assert.deepEqual((await finish(call)).received, [1]);
  echoed((await seen)[0], (await ended)[0].metadata);
}

async function statusCodeAndMessage() {
  await echoedStatus("test status message");
  const call = open().FullDuplexCall();
  call.write({ response_status: { code: 2, message: "test status message" } });
  const { code, details } = await finish(call);
  assert.deepEqual([code, details], [2, "test status message"]);
}

async function echoedStatus(message) {
  const error = await expectCode(unary(open(), "UnaryCall", { response_status: { code: 2, message } }), 2);
  assert.equal(error.details, message);
}

async function cancelAfterBegin() {
  await expectCode(
    upload(open(), (call) => call.cancel()),
    grpc.status.CANCELLED,
  );
}

async function cancelAfterFirstResponse() {
  const call = open().FullDuplexCall();
  call.write({ response_parameters: [{ size: 31_415 }], payload: { body: Buffer.alloc(27_182) } });
  await once(call, "data");
  call.cancel();
  assert.equal((await finish(call)).code, grpc.status.CANCELLED);
}

async function timeoutOnSleepingServer() {
  const call = open().FullDuplexCall({ deadline: Date.now() + 1 });
  call.write({ payload: { body: Buffer.alloc(27_182) } });
  assert.equal((await finish(call, false)).code, grpc.status.DEADLINE_EXCEEDED);
}

/** grpc-js compresses per channel: a flagged message goes over one channel, an unflagged one over another. */
async function clientCompressedUnary() {
  if (flags.compression_probe === "true") {
    await expectCode(largeUnary(open(), { expect_compressed: { value: true } }), grpc.status.INVALID_ARGUMENT);
  }
  await largeUnary(open(gzip), { expect_compressed: { value: true } });
  await largeUnary(open(), { expect_compressed: { value: false } });
}

/** grpc-js hides the flag of a message received: what is checked is that both replies come out whole. */
async function serverCompressedUnary() {
  for (const value of [true, false]) await largeUnary(open(), { response_compressed: { value } });
}

async function pickFirstUnary() {
  const client = open();
  const seen = new Set();
  for (let i = 0; i < 100; i++) {
    const { reply } = await unary(client, "UnaryCall", { response_size: 1, fill_server_id: true });
    seen.add(reply.server_id);
  }
  assert.equal(seen.size, 1);
  assert.ok(!seen.has(""));
}

async function concurrentLargeUnary() {
  const client = open();
  await Promise.all(Array.from({ length: 1_000 }, () => largeUnary(client)));
}

async function rpcSoak() {
  const client = open();
  for (let i = 0; i < soakIterations; i++) await soakOnce(client, i);
}

/** A local subchannel pool gives each channel a connection of its own. */
async function channelSoak() {
  for (let i = 0; i < soakIterations; i++) {
    const client = open({ "grpc.use_local_subchannel_pool": 1 });
    await soakOnce(client, i);
    client.close();
  }
}

async function soakOnce(client, iteration) {
  const startedMs = performance.now();
  await largeUnary(client);
  const tookMs = performance.now() - startedMs;
  assert.ok(tookMs <= acceptableLatencyMs, `iteration ${iteration} took ${Math.round(tookMs)} ms`);
}

function open(more = {}, Client = testing.TestService) {
  const override = flags.server_host_override;
  const options = override === "" ? more : { ...more, "grpc.ssl_target_name_override": override };
  const credentials =
    flags.use_tls === "true"
      ? grpc.credentials.createSsl(readFileSync(flags.ca_file))
      : grpc.credentials.createInsecure();
  const client = new Client(`${flags.server_host}:${flags.server_port}`, credentials, options);
  clients.push(client);
  return client;
}

function unary(client, method, request, metadata = new grpc.Metadata()) {
  return new Promise((resolve, reject) => {
    const seen = {};
    const call = client[method](request, metadata, (error, reply) => {
      if (error) reject(error);
      else seen.reply = reply;
    });
    call.on("metadata", (headers) => {
      seen.headers = headers;
    });
    call.on("status", (status) => resolve({ ...seen, trailers: status.metadata }));
  });
}

/** Starts a client-streaming call, lets `send` feed it; resolves to the reply. */
function upload(client, send) {
  return new Promise((resolve, reject) => {
    send(client.StreamingInputCall((error, message) => (error ? reject(error) : resolve(message))));
  });
}

/** Half-closes when asked, reads to the end; resolves to the status and the sizes of the payloads received. */
function finish(call, halfClose = true) {
  const received = [];
  return new Promise((resolve) => {
    call.on("data", (message) => received.push(message.payload?.body.length ?? 0));
    call.on("error", () => undefined); // the status event tells the same
    call.on("status", ({ code, details }) => resolve(code === 0 ? { code, received } : { code, details, received }));
    if (halfClose && typeof call.end === "function") call.end();
  });
}

async function expectCode(work, code) {
  const error = await work.then(
    () => assert.fail(`expected status ${code}, got a reply`),
    (reason) => reason,
  );
  assert.equal(error.code, code, String(error));
  return error;
}
