// SPDX-License-Identifier: Apache-2.0
import { frame, setting, settingsFrame } from "../support/http2-frames.js";
import { headBlock, RawClient } from "./raw-client.js";
import type { Stage } from "./stage.js";

const connections = 10;
const streams = 100;
const answerTimeoutMs = 5_000;

/** Literal with incremental indexing (RFC 7541 §6.2.1), of lengths below 127 for the name. */
function literal(name: string, value: string): Uint8Array {
  const length =
    value.length < 127 ? [value.length] : [127, ((value.length - 127) & 127) | 128, (value.length - 127) >> 7];
  return Buffer.concat([Buffer.from([0x40, name.length]), Buffer.from(name), Buffer.from(length), Buffer.from(value)]);
}

/** HEADERS and CONTINUATION frames of 16 KiB. */
function headers(streamId: number, block: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < block.length; start += 16_384) {
    const last = start + 16_384 >= block.length;
    parts.push(
      frame(
        start === 0 ? 1 : 9,
        (start === 0 ? 1 : 0) | (last ? 4 : 0),
        streamId,
        block.subarray(start, start + 16_384),
      ),
    );
  }
  return Buffer.concat(parts);
}

/** F4: small blocks that decode to much (CVE-2016-6581) or to many (CVE-2026-49975), and then no window for an answer. */
export async function hpackBomb(stage: Stage): Promise<void> {
  const head = headBlock("One");
  const bombs = {
    "one entry of 4,000 octets 16,000 times": { entry: literal("a", "x".repeat(3_900)), references: 16_000 },
    "an entry of 2 octets 4,096 times": { entry: literal("a", "b"), references: 4_096 },
    "cookie crumbs 4,096 times": { entry: literal("cookie", "a=b"), references: 4_096 },
  };
  for (const [name, { entry, references }] of Object.entries(bombs)) {
    const attack = `F4 ${name}`;
    // 0x80 | 62: the newest entry of the table.
    const first = Buffer.concat([head, entry, Buffer.alloc(references, 0xbe)]);
    const next = Buffer.concat([head, Buffer.alloc(references, 0xbe)]);
    const volley = Buffer.concat([
      settingsFrame(setting(4, 0)),
      ...Array.from({ length: streams }, (_, index) => headers(1 + 2 * index, index === 0 ? first : next)),
    ]);
    let answered = 0;
    let asked = 0;
    const siege = await stage.siege(
      attack,
      async () => {
        const clients = await Promise.all(Array.from({ length: connections }, () => RawClient.connect(stage.port)));
        await Promise.all(clients.map((client) => client.volley(volley, answerTimeoutMs)));
        const until = performance.now() + answerTimeoutMs;
        const count = () =>
          clients.reduce(
            (sum, client) => sum + client.frames().filter(({ type, flags }) => type === 1 && (flags & 1) === 1).length,
            0,
          );
        while (count() < connections * streams && performance.now() < until)
          await new Promise((resolve) => setTimeout(resolve, 10));
        answered += count();
        asked += connections * streams;
        for (const client of clients) client.destroy();
      },
      { growthMiB: 50, rounds: stage.options.long ? 3 : 1 },
    );
    stage.findings.equal(attack, "requests answered 431 at once", answered, asked);
    stage.findings.atMost(attack, "highest growth of the resident set", siege.peakGrowth, 50, " MiB");
  }
}
