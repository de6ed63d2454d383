// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import type { TestServiceClient } from "../gen/grpc/testing/test_grpc.js";
import { largeRequestBytes, largeResponseBytes, zeroPayload } from "../payload.js";
import { expectPayload, type InteropCase } from "./case.js";

const concurrentCalls = 1_000;
const pickFirstCalls = 100;

/** Cases of one message each way. */
export const unaryCases: Readonly<Record<string, InteropCase>> = {
  async empty_unary({ client }) {
    const reply = await client.emptyCall({});
    assert.deepEqual(
      Object.keys(reply).filter((name) => !name.startsWith("$")),
      [],
    );
  },

  async large_unary({ client }) {
    await largeUnary(client);
  },

  async concurrent_large_unary({ client }) {
    await Promise.all(Array.from({ length: concurrentCalls }, () => largeUnary(client)));
  },

  async pick_first_unary({ client }) {
    const servers = new Set<string>();
    for (let i = 0; i < pickFirstCalls; i++) {
      const reply = await client.unaryCall({ responseSize: 1, payload: zeroPayload(1), fillServerId: true });
      assert.notEqual(reply.serverId, "", "the server filled in no server_id");
      servers.add(reply.serverId);
    }
    assert.equal(servers.size, 1, "servers that answered");
  },
};

/** One call of 271,828 bytes up and 314,159 down. */
export async function largeUnary(
  client: TestServiceClient,
  requestBytes = largeRequestBytes,
  responseBytes = largeResponseBytes,
): Promise<void> {
  const reply = await client.unaryCall({ responseSize: responseBytes, payload: zeroPayload(requestBytes) });
  expectPayload(reply.payload, responseBytes);
}
