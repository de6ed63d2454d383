// SPDX-License-Identifier: Apache-2.0
import { Code } from "petrel";
import { largeRequestBytes, largeResponseBytes, zeroPayload } from "../payload.js";
import { type CaseRun, expectStatus, type InteropCase } from "./case.js";
import { largeUnary } from "./unary-cases.js";

const concurrentCalls = 10;

/** Cases against the server of ../bad-server, which checks its own half and says so by its exit status. */
export const badServerCases: Readonly<Record<string, InteropCase>> = {
  async goaway({ client }) {
    await largeUnary(client);
    await largeUnary(client);
  },

  // RST_STREAM without grpc-status is INTERNAL, NO_ERROR included (gRPC PROTOCOL-HTTP2, "Errors").
  rst_after_header: expectReset,
  rst_during_data: expectReset,
  rst_after_data: expectReset,

  async ping({ client }) {
    await largeUnary(client);
  },

  async max_streams({ client }) {
    await largeUnary(client);
    await Promise.all(Array.from({ length: concurrentCalls }, () => largeUnary(client)));
  },

  async data_frame_padding({ client }) {
    await largeUnary(client);
  },

  async no_df_padding_sanity_test({ client }) {
    await largeUnary(client);
  },
};

async function expectReset({ client }: CaseRun): Promise<void> {
  const call = client.unaryCall({ responseSize: largeResponseBytes, payload: zeroPayload(largeRequestBytes) });
  await expectStatus(call, Code.INTERNAL);
}
