// SPDX-License-Identifier: Apache-2.0
import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import { HpackDecoder } from "../../src/http2/hpack/decoder.js";
import { block, dataFrame, frame } from "../support/http2-frames.js";
import { message, RawClient, requestHead } from "./raw-client.js";
import type { Stage } from "./stage.js";

const liesAtOnce = 50;
const bombsAtOnce = 10;
const answerTimeoutMs = 20_000;
const MiB = 1024 * 1024;
/** `receiveMaxBytes` of the server, and its process-wide cap on inflating. */
const receiveMaxMiB = 4;
const maxConcurrentInflates = 4;

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
  const total = new Map<string, number>();
  let sent = 0;
  let nextId = 1;
  const client = await RawClient.connect(stage.port);
  const siege = async () => {
    const ids = Array.from({ length: liesAtOnce }, (_, index) => nextId + 2 * index);
    nextId += 2 * liesAtOnce;
    sent += liesAtOnce;
    await client.volley(
      Buffer.concat(
        ids.flatMap((id) => [frame(1, 0x4, id, head), dataFrame(id, message("x".repeat(1_000), 0, 0xffff_ffff))]),
      ),
    );
  };
  const before = await stage.report();
  while (sent < 1_000) {
    await siege();
    const seen = await statuses(client, sent);
    total.clear();
    for (const [status, count] of seen) total.set(status, count);
  }
  const after = await stage.report();
  stage.findings.equal(attack, `RESOURCE_EXHAUSTED of ${sent}`, total.get("8") ?? 0, sent);
  stage.findings.atMost(
    attack,
    "growth of the resident set",
    after.peakRss - before.memory.rss,
    2 * receiveMaxMiB * maxConcurrentInflates,
    " MiB",
  );
  client.destroy();
  await stage.attackersGone();
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
  const siege = await stage.siege(attack, strike, { growthMiB: 32, roundMs: 500, rounds: stage.options.long ? 3 : 2 });
  while (sent < 100) await strike();
  stage.findings.equal(attack, `RESOURCE_EXHAUSTED of ${sent}`, total.get("8") ?? 0, sent);
  stage.findings.atMost(
    attack,
    "highest growth of the resident set",
    siege.peakGrowth,
    2 * receiveMaxMiB * maxConcurrentInflates,
    " MiB",
  );
}
