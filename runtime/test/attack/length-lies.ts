// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from "node:os";
import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import { HpackDecoder } from "../../src/http2/hpack/decoder.js";
import { block, dataFrame, frame } from "../support/http2-frames.js";
import { message, RawClient, requestHead } from "./raw-client.js";
import type { Stage } from "./stage.js";

const liesPerConnection = 1_000;
const liesAtOnce = 50;
const bombsAtOnce = 10;
const answerTimeoutMs = 20_000;
const MiB = 1024 * 1024;
/** `receiveMaxBytes` of the server: pieces of a message, and the whole that is made of them. */
const inflateMiB = 2 * 4;
/** The server's process-wide cap: one processor stays the event loop's, libuv has four threads. */
const concurrentInflates = Math.min(4, Math.max(1, availableParallelism() - 1));
const growthMiB = inflateMiB * concurrentInflates;
/** For what is seen on the way, which the next bomb's octets are part of: as if all four threads inflated. */
const peakGrowthMiB = inflateMiB * 4;

/** What a call was answered: its grpc-status, or the frame that ended it. */
async function statuses(client: RawClient, expected: number): Promise<Map<string, number>> {
  const until = performance.now() + answerTimeoutMs;
  const seen = new Map<string, number>();
  for (;;) {
    seen.clear();
    const decoder = new HpackDecoder(4096, { maxListBytes: 1 << 20, maxFields: 1_000 });
    let answered = 0;
    for (const { type, flags, payload } of client.frames()) {
      if (type !== 1) continue;
      const { fields } = decoder.decode(payload, 0, payload.length);
      if ((flags & 1) === 0) continue;
      answered += 1;
      const status = fields.find(({ name }) => name === "grpc-status")?.value ?? "none";
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }
    if (answered >= expected || performance.now() > until || client.closed) return seen;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** F8: a prefix that declares 4 GiB, and messages that inflate a thousandfold. */
export async function lengthLies(stage: Stage): Promise<void> {
  await lie(stage);
  // Ten at once must fit the window of a new connection, 1 MiB: what is beyond would be the peer's own offence.
  const zeros = new Uint8Array(64 * MiB);
  await bomb(stage, "gzip", gzipSync(zeros), zeros.length);
  await bomb(stage, "deflate", deflateSync(zeros), zeros.length);
  const more = new Uint8Array(512 * MiB);
  await bomb(stage, "br", brotliCompressSync(more, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } }), more.length);
}

async function lie(stage: Stage): Promise<void> {
  const attack = "F8 prefix of 4 GiB";
  const head = block(requestHead("One"));
  let answered = 0;
  let sent = 0;
  const siege = await stage.siege(
    attack,
    async () => {
      const client = await RawClient.connect(stage.port);
      for (let first = 1; first < 2 * liesPerConnection; first += 2 * liesAtOnce) {
        const ids = Array.from({ length: liesAtOnce }, (_, index) => first + 2 * index);
        const lies = ids.flatMap((id) => [
          frame(1, 0x4, id, head),
          dataFrame(id, message("x".repeat(1_000), 0, 0xffff_ffff)),
        ]);
        await client.volley(Buffer.concat(lies));
        sent += liesAtOnce;
        const expected = (first - 1) / 2 + liesAtOnce;
        const seen = await statuses(client, expected);
        if (expected === liesPerConnection) answered += seen.get("8") ?? 0;
      }
      client.destroy();
    },
    { growthMiB, rounds: stage.options.long ? 3 : 2 },
  );
  stage.findings.equal(attack, `RESOURCE_EXHAUSTED of ${sent}`, answered, sent);
  stage.findings.atMost(attack, "highest growth of the resident set", siege.peakGrowth, peakGrowthMiB, " MiB");
}

async function bomb(stage: Stage, encoding: string, bytes: Uint8Array, inflatedBytes: number): Promise<void> {
  const attack = `F8 ${encoding} bomb`;
  const head = block(requestHead("One", ["grpc-encoding", encoding]));
  const framed = message(bytes, 1);
  const total = new Map<string, number>();
  let sent = 0;
  const strike = async () => {
    const client = await RawClient.connect(stage.port);
    const volley: Uint8Array[] = [];
    for (let call = 0; call < bombsAtOnce; call++) {
      const id = 1 + 2 * call;
      volley.push(frame(1, 0x4, id, head));
      for (let start = 0; start < framed.length; start += 16_384) {
        volley.push(dataFrame(id, framed.subarray(start, start + 16_384)));
      }
      volley.push(dataFrame(id, [], 1));
    }
    await client.volley(Buffer.concat(volley));
    for (const [status, count] of await statuses(client, bombsAtOnce))
      total.set(status, (total.get(status) ?? 0) + count);
    sent += bombsAtOnce;
    client.destroy();
  };
  stage.findings.note(
    attack,
    "one octet becomes",
    `${Math.floor(inflatedBytes / bytes.length)}, all in all ${inflatedBytes / MiB} MiB`,
  );
  const siege = await stage.siege(attack, strike, { growthMiB, roundMs: 500, rounds: stage.options.long ? 3 : 2 });
  await stage.server.ask("watch collected");
  const strikesBefore = sent;
  while (sent < 100 || sent < strikesBefore + 3 * bombsAtOnce) await strike();
  const peakMiB = await stage.server.ask<number>("peak collected");
  const { findings } = stage;
  findings.equal(attack, `RESOURCE_EXHAUSTED of ${sent}`, total.get("8") ?? 0, sent);
  const highest = "highest resident set over before, garbage apart";
  findings.atMost(attack, highest, peakMiB - siege.after.memory.rss, peakGrowthMiB, " MiB");
  // V8 collects once 32 MiB of buffers have come to lie outside of its heap, whoever makes them.
  findings.note(attack, "the same with garbage", `${siege.peakGrowth.toFixed(1)} MiB`);
}
