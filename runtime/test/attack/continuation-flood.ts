// SPDX-License-Identifier: Apache-2.0
import { frame } from "../support/http2-frames.js";
import { headBlock, RawClient, repeated } from "./raw-client.js";
import type { Stage } from "./stage.js";

const frames = 100_000;
const largeFrames = 2_000;
const closeTimeoutMs = 3_000;
const perTimes = 20;

/** F3: field blocks that never end, of empty and of full CONTINUATION frames (CVE-2024-27316 and its kin). */
export async function continuationFlood(stage: Stage): Promise<void> {
  const begin = frame(1, 0, 1, headBlock("One"));
  const kinds = {
    empty: Buffer.concat([begin, repeated(frame(9, 0, 1), frames)]),
    // Sent again and again: as many octets as one may wish, without holding them all.
    "16 KiB": Buffer.concat([begin, repeated(frame(9, 0, 1, new Uint8Array(16_384)), largeFrames)]),
  };
  for (const [name, volley] of Object.entries(kinds)) {
    const attack = `F3 ${name} CONTINUATION`;
    let open = 0;
    const strike = async () => {
      const client = await RawClient.connect(stage.port);
      await client.volley(volley);
      if (!(await client.ended(closeTimeoutMs))) open += 1;
      client.destroy();
    };
    const siege = await stage.siege(attack, strike, { growthMiB: 10, rounds: stage.options.long ? 3 : 2 });
    const before = siege.after;
    for (let time = 0; time < perTimes; time++) await strike();
    await stage.attackersGone();
    const after = await stage.report();
    const closed =
      after.stats.limits.maxContinuationFrames +
      after.stats.limits.maxHeaderBlockBytes -
      before.stats.limits.maxContinuationFrames -
      before.stats.limits.maxHeaderBlockBytes;
    const { findings } = stage;
    findings.equal(
      attack,
      `of ${perTimes} connections closed for maxContinuationFrames or maxHeaderBlockBytes`,
      closed,
      perTimes,
    );
    findings.equal(attack, "connections left open", open, 0);
    findings.atMost(attack, "processor time for a connection", (after.cpuMs - before.cpuMs) / perTimes, 50, " ms");
    findings.atMost(
      attack,
      "memory that one connection leaves",
      (after.memory.external + after.memory.heap - before.memory.external - before.memory.heap) / perTimes,
      1,
      " MiB",
    );
  }
}
