// SPDX-License-Identifier: Apache-2.0
import { dataFrame, frame, windowUpdate } from "../support/http2-frames.js";
import { forStreams, headBlock, message, RawClient } from "./raw-client.js";
import type { Stage } from "./stage.js";

const streams = 20_000;
const closeTimeoutMs = 3_000;

/** F2: six ways to make the server reset a stream whose handler runs (CVE-2025-8671). */
export async function madeYouReset(stage: Stage): Promise<void> {
  const head = headBlock("One");
  const work = message("hold 50");
  // The request is complete or the handler would not run; what follows breaks a rule.
  const request = (id: number) => Buffer.concat([frame(1, 0x4, id, head), dataFrame(id, work, 1)]);
  const triggers: Record<string, (id: number) => Uint8Array> = {
    "WINDOW_UPDATE of 0": (id) => windowUpdate(id, 0),
    "WINDOW_UPDATE past 2^31-1": (id) => windowUpdate(id, 0x7fff_ffff),
    "PRIORITY of 4 octets": (id) => frame(2, 0, id, [0, 0, 0, 0]),
    "PRIORITY on itself": (id) => frame(2, 0, id, [0, 0, (id >>> 8) & 255, id & 255, 0]),
    "HEADERS after END_STREAM": (id) => frame(1, 0x5, id, head),
    "DATA after END_STREAM": (id) => dataFrame(id, [1]),
  };
  for (const [name, trigger] of Object.entries(triggers)) {
    const attack = `F2 ${name}`;
    const volley = forStreams(streams, (id) => Buffer.concat([request(id), trigger(id)]));
    let connections = 0;
    let open = 0;
    const processed: number[] = [];
    const before = await stage.report();
    const siege = await stage.siege(
      attack,
      async () => {
        connections += 1;
        const client = await RawClient.connect(stage.port);
        await client.volley(volley);
        if (!(await client.ended(closeTimeoutMs))) open += 1;
        const goaway = client.goaway();
        if (goaway !== undefined) processed.push((goaway.lastStreamId + 1) / 2);
        client.destroy();
      },
      { growthMiB: 20, rounds: stage.options.long ? 3 : 1 },
    );
    stage.findings.equal(attack, "connections left open", open, 0);
    stage.findings.atMost(attack, "streams until the connection ended", Math.max(...processed), 200);
    const started = siege.after.handlers.started - before.handlers.started;
    stage.findings.atMost(attack, "handlers started for a connection", started / connections, 256);
  }
}
