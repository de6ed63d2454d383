// SPDX-License-Identifier: Apache-2.0
import { dataFrame, frame, setting, settingsFrame } from "../support/http2-frames.js";
import { forStreams, headBlock, message, RawClient } from "./raw-client.js";
import type { AttackOptions, Stage, StageOptions } from "./stage.js";

const connections = 4;
const streamsOfEach = 250;
const messages = 64;
const streams = connections * streamsOfEach;

const stallMs = ({ long }: AttackOptions): number => (long ? 60_000 : 5_000);

/** The stall limit is what takes long, so CI shortens it. */
export const zeroWindowStage = (options: AttackOptions): StageOptions => ({
  limits: { streamStallTimeoutMs: stallMs(options) },
});

/** F6: a thousand streams with a reply of 1 MiB pending each, and a window of zero. */
export async function zeroWindow(stage: Stage): Promise<void> {
  const attack = "F6 window of zero";
  const { findings } = stage;
  const head = headBlock("Down");
  const volley = Buffer.concat([
    settingsFrame(setting(4, 0)),
    // Without the ACK the connection would end after 10 s.
    frame(4, 1, 0),
    forStreams(streamsOfEach, (id) =>
      Buffer.concat([frame(1, 0x4, id, head), dataFrame(id, message(`big ${messages}`), 1)]),
    ),
  ]);
  const hold = () =>
    Promise.all(
      Array.from({ length: connections }, async () => {
        const client = await RawClient.connect(stage.port);
        await client.volley(volley);
        return client;
      }),
    );
  // Once for warming up: what the code itself needs is not the streams'.
  for (let time = 0; time < 2; time++) {
    for (const client of await hold()) client.destroy();
    await stage.attackersGone();
  }
  const before = await stage.evenReport();
  const clients = await hold();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const held = await stage.report();
  findings.equal(attack, "calls that hold a reply", held.stats.calls.running, streams);
  const bytes = held.memory.heap + held.memory.external - before.memory.heap - before.memory.external;
  // The message that the last send() handed over is beyond the queue's 64 KiB by at most its own length.
  findings.atMost(attack, "held for a stream, all in all", (bytes * 1024) / streams, 64 + 16, " KiB");
  const { failed } = await stage.beside(attack, () => new Promise((resolve) => setTimeout(resolve, 1_000)));
  findings.equal(attack, "honest calls failed meanwhile", failed, 0);
  const until = performance.now() + stallMs(stage.options) + 5_000;
  const resets = () =>
    clients.reduce((sum, client) => sum + client.frames().filter(({ type }) => type === 3).length, 0);
  while (resets() < streams && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 200));
  findings.equal(attack, `streams reset after ${stallMs(stage.options) / 1000} s`, resets(), streams);
  const after = await stage.evenReport();
  findings.equal(attack, "calls still running", after.stats.calls.running, 0);
  findings.equal(attack, "hits of streamStallTimeoutMs", after.stats.limits.streamStallTimeoutMs, streams);
  findings.atMost(
    attack,
    "heap and buffers over before",
    after.memory.heap + after.memory.external - before.memory.heap - before.memory.external,
    10,
    " MiB",
  );
  findings.atMost(attack, "growth of the resident set", after.memory.rss - before.memory.rss, 20, " MiB");
  for (const client of clients) client.destroy();
}
