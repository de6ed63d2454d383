// SPDX-License-Identifier: Apache-2.0
import { frame, resetFrame } from "../support/http2-frames.js";
import { forStreams, headBlock, message, RawClient } from "./raw-client.js";
import type { Stage } from "./stage.js";

const calmDown = 11;
const closeTimeoutMs = 3_000;
const resets = 100_000;

/** F1: HEADERS and RST_STREAM in a loop on one connection, for handlers that do not hear of it (CVE-2023-44487). */
export async function rapidReset(stage: Stage): Promise<void> {
  const { findings } = stage;
  const head = headBlock("One");
  const work = message("hold 50");
  const volley = forStreams(resets, (id) =>
    Buffer.concat([frame(1, 0x4, id, head), frame(0, 1, id, work), resetFrame(id, 8)]),
  );
  const seen: { errorCode: number; streams: number }[] = [];
  let connections = 0;
  const before = await stage.report();
  const siege = await stage.siege(
    "F1 rapid reset",
    async () => {
      connections += 1;
      const client = await RawClient.connect(stage.port);
      await client.volley(volley);
      await client.ended(closeTimeoutMs);
      const goaway = client.goaway();
      // A connection reset by the server's system takes the GOAWAY with it.
      if (goaway !== undefined) seen.push({ errorCode: goaway.errorCode, streams: (goaway.lastStreamId + 1) / 2 });
      client.destroy();
    },
    { growthMiB: 20 },
  );
  const started = siege.after.handlers.started - before.handlers.started;
  findings.equal("F1 rapid reset", "connections that ended", siege.after.stats.limits.peerResetBurst, connections);
  findings.equal(
    "F1 rapid reset",
    "GOAWAY is ENHANCE_YOUR_CALM",
    seen.length > 0 && seen.every((each) => each.errorCode === calmDown),
    true,
  );
  findings.atMost("F1 rapid reset", "resets until GOAWAY", Math.max(...seen.map(({ streams }) => streams)), 300);
  findings.atMost("F1 rapid reset", "handlers started for a connection", started / connections, 256);
}
