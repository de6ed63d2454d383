// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { requestSizes, responseSizes, zeroPayload } from "../payload.js";
import { expectEnd, expectMessage, expectOk, expectPayload, type InteropCase } from "./case.js";

const aggregatedBytes = 74_922;

/** Cases of many messages, one way or both. */
export const streamingCases: Readonly<Record<string, InteropCase>> = {
  async client_streaming({ client }) {
    const fromIterable = await client.streamingInputCall(requestSizes.map((size) => ({ payload: zeroPayload(size) })));
    assert.equal(fromIterable.aggregatedPayloadSize, aggregatedBytes);

    const call = client.streamingInputCall();
    for (const size of requestSizes) await call.send({ payload: zeroPayload(size) });
    call.halfClose();
    assert.equal((await call).aggregatedPayloadSize, aggregatedBytes);
  },

  async server_streaming({ client }) {
    const call = client.streamingOutputCall({ responseParameters: responseSizes.map((size) => ({ size })) });
    const received: number[] = [];
    for await (const message of call) received.push(message.payload?.body.length ?? 0);
    assert.deepEqual(received, responseSizes);
    expectOk(await call.status);
  },

  async ping_pong({ client }) {
    const call = client.fullDuplexCall();
    const replies = call[Symbol.asyncIterator]();
    for (const [i, size] of responseSizes.entries()) {
      await call.send({ responseParameters: [{ size }], payload: zeroPayload(requestSizes[i] as number) });
      expectPayload((await expectMessage(replies)).payload, size);
    }
    call.halfClose();
    await expectEnd(replies);
    expectOk(await call.status);
  },

  async empty_stream({ client }) {
    const call = client.fullDuplexCall();
    call.halfClose();
    await expectEnd(call[Symbol.asyncIterator]());
    expectOk(await call.status);
  },
};
