// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { Code, type Metadata } from "petrel";
import { UnimplementedServiceClient } from "../gen/grpc/testing/test_grpc.js";
import { initialMetadataName, trailingMetadataName, zeroPayload } from "../payload.js";
import { expectEnd, expectMessage, expectOk, expectPayload, expectStatus, type InteropCase } from "./case.js";

const initialValue = "test_initial_metadata_value";
const trailingValue = Uint8Array.of(0xab, 0xab, 0xab);
const plainStatus = { code: Code.UNKNOWN, message: "test status message" };
const specialStatus = {
  code: Code.UNKNOWN,
  message: "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n",
};

/** Cases of metadata, status and methods that do not exist. */
export const statusCases: Readonly<Record<string, InteropCase>> = {
  async custom_metadata({ client }) {
    const metadata = { [initialMetadataName]: initialValue, [trailingMetadataName]: trailingValue };
    const unary = client.unaryCall({ responseSize: 1, payload: zeroPayload(1) }, { metadata });
    expectPayload((await unary).payload, 1);
    expectEcho(await unary.headers, await unary.trailers);

    const duplex = client.fullDuplexCall({ metadata });
    await duplex.send({ responseParameters: [{ size: 1 }], payload: zeroPayload(1) });
    duplex.halfClose();
    const replies = duplex[Symbol.asyncIterator]();
    expectPayload((await expectMessage(replies)).payload, 1);
    await expectEnd(replies);
    expectEcho(await duplex.headers, await duplex.trailers);
    expectOk(await duplex.status);
  },

  async status_code_and_message({ client }) {
    const unary = await expectStatus(client.unaryCall({ responseStatus: plainStatus }), plainStatus.code);
    assert.equal(unary.message, plainStatus.message);

    const duplex = client.fullDuplexCall();
    await duplex.send({ responseStatus: plainStatus });
    duplex.halfClose();
    const streamed = await expectStatus(duplex[Symbol.asyncIterator]().next(), plainStatus.code);
    assert.equal(streamed.message, plainStatus.message);
    assert.equal((await duplex.status).message, plainStatus.message);
  },

  async special_status_message({ client }) {
    const error = await expectStatus(client.unaryCall({ responseStatus: specialStatus }), specialStatus.code);
    assert.equal(error.message, specialStatus.message);
  },

  async unimplemented_method({ client }) {
    await expectStatus(client.unimplementedCall({}), Code.UNIMPLEMENTED);
  },

  async unimplemented_service({ channel }) {
    await expectStatus(new UnimplementedServiceClient(channel).unimplementedCall({}), Code.UNIMPLEMENTED);
  },
};

function expectEcho(headers: Metadata, trailers: Metadata): void {
  assert.deepEqual(headers.getAll(initialMetadataName), [initialValue]);
  const echoed = trailers.getAll(trailingMetadataName);
  assert.deepEqual(
    echoed.map((value) => [...value]),
    [[...trailingValue]],
  );
}
