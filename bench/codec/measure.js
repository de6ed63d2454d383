// SPDX-License-Identifier: Apache-2.0
// One process of `npm run bench:codec`, on any runtime: `measure.js CONFIG`, where CONFIG is JSON with `peers`,
// `payloads`, `rounds`, `sliceMs` and `warmUpMs`. Prints one line of JSON: nanoseconds an operation by payload, operation
// and peer, and the bytes allocated where the runtime can tell (`node --expose-gc`).
import process from "node:process";
import { create, toBinary } from "@bufbuild/protobuf";
import { allocatedBytes } from "./allocation.js";
import { checkOperations } from "./check-operations.js";
import { payloads } from "./payloads.js";

const generated = await import("./gen/protobuf-es/bench/codec/v1/payloads_pb.js");

const config = JSON.parse(process.argv[2]);
const rows = [];
for (const payload of config.payloads) {
  const { type, init } = payloads[payload];
  const schema = generated[`${type}Schema`];
  const bytes = toBinary(schema, create(schema, init));
  const byOperation = { frame: {}, encode: {}, decode: {} };
  for (const peer of config.peers) {
    const { operations } = await import(`./peers/${peer}.js`);
    // A Buffer, as a socket gives it; protobufjs is quicker with one than with a Uint8Array.
    const own = operations(type, Buffer.from(bytes));
    if (peer !== "json") checkOperations(`${peer}, ${payload}`, schema, bytes, own);
    for (const [operation, run] of Object.entries(own)) byOperation[operation][peer] = { run, perSlice: 1, ns: [] };
  }
  rows.push({ payload, messageBytes: bytes.length, byOperation });
}

// Everything is warm before anything is measured: shared readers and writers have met every type, as in a server.
const cells = rows.flatMap(({ byOperation }) => Object.values(byOperation).flatMap((peers) => Object.values(peers)));
for (const cell of cells) warmUp(cell);
for (let round = 0; round < config.rounds; round++) for (const cell of cells) measureSlice(cell);

console.log(
  JSON.stringify(
    rows.map(({ payload, messageBytes, byOperation }) => ({
      payload,
      messageBytes,
      operations: mapValues(byOperation, (peers) =>
        mapValues(peers, ({ run, ns }) => ({ ns: median(ns), allocated: allocatedBytes(run) })),
      ),
    })),
  ),
);
process.exit(0);

function warmUp(cell) {
  const began = performance.now();
  let count = 1;
  for (;;) {
    const elapsed = time(cell.run, count);
    cell.perSlice = Math.max(1, Math.round((count * config.sliceMs) / Math.max(elapsed, 0.001)));
    if (performance.now() - began > config.warmUpMs && elapsed > 2) return;
    if (elapsed < config.sliceMs / 2) count *= 2;
  }
}

function measureSlice({ run, perSlice, ns }) {
  ns.push((time(run, perSlice) * 1e6) / perSlice);
}

/** Milliseconds of the processor, which a busy neighbour does not lengthen; collecting and compiling are part of it. */
function time(run, count) {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function median(figures) {
  return figures.toSorted((a, b) => a - b)[figures.length >> 1];
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
