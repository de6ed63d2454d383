// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { echo, one, Texts } from "../../test/support/text-service.js";
import { createInProcessPair } from "./in-process-pair.js";

test("a pair serves what was registered, and disposing it ends both", async () => {
  let state = "";
  {
    await using pair = createInProcessPair((server) => server.addService(Texts, echo), {
      channel: { timeoutMs: 5_000 },
    });
    expect(await pair.channel.call(one, { text: "a" })).toEqual({ text: "a" });
    state = pair.channel.state;
    expect(pair.server.stats().calls.ended).toEqual({ OK: 1 });
  }
  expect(state).toBe("READY");
});
