// SPDX-License-Identifier: Apache-2.0
import { Code } from "petrel";
import { zeroPayload } from "../payload.js";
import { expectMessage, expectPayload, expectStatus, type InteropCase } from "./case.js";

const requestBytes = 27_182;
const responseBytes = 31_415;

/** Cases in which the client ends the call. */
export const cancellationCases: Readonly<Record<string, InteropCase>> = {
  async cancel_after_begin({ client }) {
    const call = client.streamingInputCall();
    call.cancel();
    await expectStatus(call, Code.CANCELLED);
  },

  async cancel_after_first_response({ client }) {
    const call = client.fullDuplexCall();
    await call.send({ responseParameters: [{ size: responseBytes }], payload: zeroPayload(requestBytes) });
    const replies = call[Symbol.asyncIterator]();
    expectPayload((await expectMessage(replies)).payload, responseBytes);
    call.cancel();
    await expectStatus(replies.next(), Code.CANCELLED);
  },

  async timeout_on_sleeping_server({ client }) {
    const call = client.fullDuplexCall({ timeoutMs: 1 });
    // The send races with the deadline and may reject with it; the status of the call is what counts.
    const sent = call.send({ payload: zeroPayload(requestBytes) }).then(
      () => undefined,
      (error: unknown) => error,
    );
    await expectStatus(call[Symbol.asyncIterator]().next(), Code.DEADLINE_EXCEEDED);
    const sendError = await sent;
    if (sendError !== undefined) await expectStatus(Promise.reject(sendError), Code.DEADLINE_EXCEEDED);
  },
};
