// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { ClientChannel } from "../../src/client/channel.js";
import { Code, type StatusError } from "../../src/index.js";
import { PetrelServer } from "../../src/server/server.js";
import { FakePlatform, settled } from "../support/fake-platform.js";
import { ServedPair } from "../support/served-pair.js";
import { both, collect, down, echo, one, type Text, Texts, up } from "../support/text-service.js";

const everyBytes = 23;
const long = "x".repeat(700);

/** A call of each shape, with enough in it that cuts fall everywhere. */
const shapes: Record<string, (channel: ClientChannel) => Promise<unknown>> = {
  unary: (channel) => channel.call(one, { text: long.repeat(3) }),
  "server streaming": (channel) => collect(channel.call(down, { text: `${long} b ${long} c` })),
  "client streaming": (channel) => channel.call(up, requests()),
  bidirectional: (channel) => collect(channel.call(both, requests())),
};

async function* requests(): AsyncGenerator<Text> {
  for (const text of [long, "b", long, ""]) yield { text };
}

const outcome = (call: Promise<unknown>): Promise<number> =>
  call.then(
    () => Code.OK,
    (error: StatusError) => error.code,
  );

/** One call over a connection that is cut after so many bytes of one direction; Infinity lets it end. */
async function callAndCut(shape: string, cut: { readonly from: "client" | "server"; readonly afterBytes: number }) {
  const platform = new FakePlatform();
  const failures: unknown[] = [];
  const server = new PetrelServer(platform, { onError: (error) => failures.push(error) });
  server.addService(Texts, echo);
  const channel = new ClientChannel(platform, "127.0.0.1:1", { tls: false });
  let code: number | undefined;
  const call = outcome(shapes[shape](channel)).then((ended) => {
    code = ended;
  });
  await settled();
  const pair = new ServedPair(platform, server, platform.dialed);
  const passed = await pair.run(cut);
  const endedByItself = code !== undefined;
  const { calls } = server.stats();
  const { calls: made } = channel.stats();
  await channel.close();
  await call;
  const stopping = server.shutdown({ graceMs: 0 });
  await platform.clock.advance(1_000);
  await stopping;
  return { code, endedByItself, passed, calls, made, failures, timers: platform.clock.pending };
}

describe.each(Object.keys(shapes))("a %s call", (shape) => {
  test.each(["client", "server"] as const)(
    "has a status wherever its connection is cut, by bytes of the %s",
    async (from) => {
      const whole = await callAndCut(shape, { from, afterBytes: Number.POSITIVE_INFINITY });
      expect(whole).toMatchObject({ code: Code.OK, endedByItself: true, calls: { running: 0 } });
      const total = whole.passed;
      expect(total).toBeGreaterThan(500);
      const codes = new Set<number | undefined>();
      for (let afterBytes = 0; afterBytes < total; afterBytes += everyBytes) {
        const cut = await callAndCut(shape, { from, afterBytes });
        expect({ afterBytes, ...cut }).toMatchObject({
          afterBytes,
          // Before its connection is ready a call waits for the next one, and ends with the channel.
          code: cut.endedByItself ? expect.toBeOneOf([Code.OK, Code.UNAVAILABLE]) : Code.CANCELLED,
          calls: { running: 0 },
          made: { running: cut.endedByItself ? 0 : 1 },
          failures: [],
          timers: 0,
        });
        codes.add(cut.code);
      }
      expect(codes).toContain(Code.UNAVAILABLE);
    },
  );
});
