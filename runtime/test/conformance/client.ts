// SPDX-License-Identifier: Apache-2.0
/**
 * The client program of the Connect conformance suite: makes the call of every ClientCompatRequest on stdin and tells
 * on stdout what came of it, then ends with stdin. stdout carries nothing else.
 */

import { fromBytes, toBytes } from "petrel";
import { ChannelPool } from "./channel-pool.js";
import { readFrames, writeFrame } from "./frame.js";
import {
  type ClientCompatRequest,
  ClientCompatRequestCodec,
  ClientCompatResponseCodec,
  type ClientCompatResponseInit,
} from "./gen/connectrpc/conformance/v1/client_compat_pb.js";
import { invoke } from "./invocation.js";

const maxCallsInFlight = 64;

process.on("SIGTERM", () => process.exit(0));

await using channels = new ChannelPool();
const inFlight = new Set<Promise<void>>();
for await (const frame of readFrames(process.stdin)) {
  const request = fromBytes(ClientCompatRequestCodec, frame);
  const run = answer(request).finally(() => inFlight.delete(run));
  inFlight.add(run);
  if (inFlight.size >= maxCallsInFlight) await Promise.race(inFlight);
}
await Promise.all(inFlight);

async function answer(request: ClientCompatRequest): Promise<void> {
  const response: ClientCompatResponseInit = { testName: request.testName, result: await outcome(request) };
  await writeFrame(process.stdout, toBytes(ClientCompatResponseCodec, response));
}

async function outcome(request: ClientCompatRequest): Promise<NonNullable<ClientCompatResponseInit["result"]>> {
  try {
    return { case: "response", value: await invoke(channels.channelOf(request), request) };
  } catch (error) {
    // The call could not be made at all; an RPC that failed is a response with an error in it.
    return {
      case: "error",
      value: { message: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    };
  }
}
