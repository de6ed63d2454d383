// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { Code } from "petrel";
import { largeRequestBytes, largeResponseBytes, zeroPayload } from "../payload.js";
import { receivedCompressed } from "../received-compressed.js";
import { expectEnd, expectMessage, expectOk, expectPayload, expectStatus, type InteropCase } from "./case.js";

const flaggedRequestBytes = 27_182;
const plainRequestBytes = 45_904;
const streamedResponses = [
  { size: 31_415, compressed: true },
  { size: 92_653, compressed: false },
] as const;

/** Cases that look at the compressed flag of single messages. The coding is gzip, which every peer has. */
export const compressionCases: Readonly<Record<string, InteropCase>> = {
  async client_compressed_unary({ client, probesCompression }) {
    const call = (expectCompressed: boolean, compressed: boolean) =>
      client.unaryCall(
        {
          expectCompressed: { value: expectCompressed },
          responseSize: largeResponseBytes,
          payload: zeroPayload(largeRequestBytes),
        },
        { compression: compressed ? "gzip" : false },
      );
    if (probesCompression) await expectStatus(call(true, false), Code.INVALID_ARGUMENT);
    for (const compressed of [true, false]) {
      expectPayload((await call(compressed, compressed)).payload, largeResponseBytes);
    }
  },

  async client_compressed_streaming({ client, probesCompression }) {
    if (probesCompression) {
      const probe = client.streamingInputCall({ compression: "gzip" });
      await probe.send(
        { expectCompressed: { value: true }, payload: zeroPayload(flaggedRequestBytes) },
        { compress: false },
      );
      probe.halfClose();
      await expectStatus(probe, Code.INVALID_ARGUMENT);
    }
    const call = client.streamingInputCall({ compression: "gzip" });
    await call.send({ expectCompressed: { value: true }, payload: zeroPayload(flaggedRequestBytes) });
    await call.send(
      { expectCompressed: { value: false }, payload: zeroPayload(plainRequestBytes) },
      { compress: false },
    );
    call.halfClose();
    assert.equal((await call).aggregatedPayloadSize, flaggedRequestBytes + plainRequestBytes);
  },

  async server_compressed_unary({ client }) {
    for (const compressed of [true, false]) {
      const call = client.unaryCall({
        responseCompressed: { value: compressed },
        responseSize: largeResponseBytes,
        payload: zeroPayload(largeRequestBytes),
      });
      expectPayload((await call).payload, largeResponseBytes);
      assert.equal(receivedCompressed(call), compressed, "compressed flag of the reply");
    }
  },

  async server_compressed_streaming({ client }) {
    const call = client.streamingOutputCall({
      responseParameters: streamedResponses.map(({ size, compressed }) => ({
        size,
        compressed: { value: compressed },
      })),
    });
    const replies = call[Symbol.asyncIterator]();
    for (const { size, compressed } of streamedResponses) {
      expectPayload((await expectMessage(replies)).payload, size);
      assert.equal(receivedCompressed(call), compressed, `compressed flag of the reply of ${size} bytes`);
    }
    await expectEnd(replies);
    expectOk(await call.status);
  },
};
