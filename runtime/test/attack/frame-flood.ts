// SPDX-License-Identifier: Apache-2.0
import type { Http2LimitName } from "../../src/http2/limits.js";
import { dataFrame, frame, pingFrame, resetFrame, settingsFrame, windowUpdate } from "../support/http2-frames.js";
import { headBlock, message, RawClient, repeated } from "./raw-client.js";
import type { Stage } from "./stage.js";

interface Flood {
  readonly frame: Uint8Array;
  /** Sent once before. */
  readonly before?: Uint8Array;
  /** Limits of which one is hit. */
  readonly limits: readonly Http2LimitName[];
  /** Whether the connection ends for breaking the protocol instead. */
  readonly forbidden?: boolean;
}

const closeTimeoutMs = 3_000;

/** F5: frames that cost the sender little, from a peer that never reads (CVE-2019-9511 to 9518). */
export async function frameFlood(stage: Stage): Promise<void> {
  const { long } = stage.options;
  const count = long ? 1_000_000 : 400_000;
  const deafCall = Buffer.concat([frame(1, 0x4, 1, headBlock("Up")), dataFrame(1, message("deaf"))]);
  const floods: Record<string, Flood> = {
    PING: { frame: pingFrame(), limits: ["maxQueuedControlReplies"] },
    SETTINGS: { frame: settingsFrame(), limits: ["maxQueuedControlReplies"] },
    PRIORITY: { frame: frame(2, 0, 1, [0, 0, 0, 3, 0]), limits: ["maxPrioritiesPerStream"] },
    "WINDOW_UPDATE by 1": { frame: windowUpdate(0, 1), limits: ["maxSpareWindowUpdates"] },
    "empty DATA": { before: deafCall, frame: dataFrame(1, []), limits: ["maxEmptyDataFrames"] },
    "1-byte DATA to a deaf handler": {
      before: deafCall,
      frame: dataFrame(1, [0]),
      limits: ["maxUnreadBytes", "ownResetBurst"],
    },
    "frames of unknown type": { frame: frame(0xbe, 0, 0), limits: ["maxPrioritiesPerStream"] },
    "RST_STREAM of idle streams": { frame: resetFrame(1, 8), limits: [], forbidden: true },
  };
  for (const [name, flood] of Object.entries(floods)) {
    const attack = `F5 ${name}`;
    const volley = repeated(flood.frame, count);
    const strike = async () => {
      const client = await RawClient.connect(stage.port, { reads: false });
      if (flood.before !== undefined) await client.volley(flood.before);
      await client.volley(volley, 100);
      return client;
    };
    const siege = await stage.siege(attack, async () => (await strike()).destroy(), {
      growthMiB: 10,
      rounds: long ? 3 : 1,
    });
    const client = await strike();
    const until = performance.now() + closeTimeoutMs;
    const closes = flood.limits.length > 0 || flood.forbidden === true;
    const open = async () => (await stage.counters()).connections.open > 1;
    while (closes && performance.now() < until && (await open()))
      await new Promise((resolve) => setTimeout(resolve, 50));
    const state = (await open()) ? "open" : "closed";
    const held = await stage.report();
    client.destroy();
    await stage.attackersGone();
    const hit = (Object.keys(held.stats.limits) as Http2LimitName[]).filter(
      (limit) => held.stats.limits[limit] > siege.after.stats.limits[limit],
    );
    const { findings } = stage;
    const bounded = flood.limits.length === 0 ? hit.length === 0 : flood.limits.some((limit) => hit.includes(limit));
    findings.equal(
      attack,
      `${count} frames: connection ${state}, hit: ${hit.join(", ") || "no limit"}; as expected`,
      bounded,
      true,
    );
    if (flood.forbidden) findings.equal(attack, "the connection is", state, "closed");
    findings.atMost(
      attack,
      "growth while the connection is held",
      held.memory.rss - siege.after.memory.rss,
      10,
      " MiB",
    );
  }
}
