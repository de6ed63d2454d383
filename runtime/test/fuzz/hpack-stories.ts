// SPDX-License-Identifier: Apache-2.0
import { HpackDecoder } from "../../src/http2/hpack/decoder.js";
import { HpackEncoder } from "../../src/http2/hpack/encoder.js";
import { field } from "../../src/http2/hpack/field.js";
import { Random } from "../support/random.js";
import type { PartResult } from "./fuzz-part.js";
import { goHpack, type HpackPeer, type Pair, pythonHpack } from "./hpack-peer.js";
import { nghttp2 } from "./nghttp2-peer.js";

export const storiesId = "m2-stories";
const tableSizes = [0, 256, 4096, 65_536];
const listsPerStory = 60;
const peers: readonly HpackPeer[] = [goHpack, pythonHpack, nghttp2];

/**
 * Other encoders' blocks are read by our decoder and ours by their decoders, in stories of 60 header lists, at each table
 * size. A peer that is not installed is left out, with a sentence that says so; its stories count as neither.
 */
export async function runStories(seed: number, report: (line: string) => void): Promise<PartResult> {
  const startedAt = performance.now();
  let passed = 0;
  let failed = 0;
  const count = (peer: HpackPeer, problems: readonly (string | undefined)[]) => {
    for (const problem of problems) {
      if (problem === undefined) passed += 1;
      else {
        failed += 1;
        report(`${storiesId} --seed=${seed}: ${peer.name}: ${problem}`);
      }
    }
  };
  for (const peer of peers) {
    const lacks = peer.lacks();
    if (lacks !== undefined) {
      report(`${storiesId}: skipped ${peer.name}: ${lacks}`);
      continue;
    }
    const told = tableSizes.map((tableBytes) => storyFor(peer, tableBytes, new Random(seed * 1_000 + tableBytes)));
    try {
      const readings = await peer.tell(told.map(({ story }) => story));
      for (const [index, { story, answers }] of told.entries()) {
        const { blocks, lists } = readings[index];
        count(peer, checkTheirs(story.tableBytes, story.lists, blocks));
        count(peer, checkOurs(story.tableBytes, answers, lists));
      }
    } catch (error) {
      count(peer, [error instanceof Error ? error.message : String(error)]);
    }
  }
  return { id: storiesId, passed, failed, ms: performance.now() - startedAt, slowestMs: 0 };
}

function storyFor(peer: HpackPeer, tableBytes: number, random: Random) {
  const lists = Array.from({ length: listsPerStory }, (_, index) => [
    [":method", "POST"] as Pair,
    [":scheme", "http"] as Pair,
    [":authority", "localhost:50051"] as Pair,
    [":path", `/pkg.Service/Method${random.below(4)}`] as Pair,
    ...regularFields(random, index),
  ]);
  const answers = Array.from({ length: listsPerStory }, (_, index) => [
    [":status", "200"] as Pair,
    ...regularFields(random, index),
  ]);
  // node:http2 takes an object and sorts nothing; a list is compared as it was given everywhere else.
  const sent = peer === nghttp2 ? answers.map(unique) : answers;
  const encoder = new HpackEncoder(Math.max(tableBytes, 4096));
  encoder.setPeerMaxTableBytes(tableBytes);
  const blocks = sent.map((list) => {
    const fields = list.map(([name, value]) => field(name, value, name === "authorization"));
    const buffer = new Uint8Array(encoder.maxEncodedBytes(fields));
    return Buffer.from(buffer.subarray(0, encoder.encode(fields, buffer, 0))).toString("hex");
  });
  return { story: { tableBytes, lists: lists.map(unique), blocks }, answers: sent };
}

function regularFields(random: Random, index: number): Pair[] {
  const text = (length: number) =>
    String.fromCharCode(...Array.from({ length }, () => 0x21 + random.below(random.pick([10, 94]))));
  const usual: Pair[] = [
    ["content-type", "application/grpc"],
    ["user-agent", "grpc-petrel/1.0"],
    ["grpc-timeout", `${random.below(100)}S`],
    ["authorization", `Bearer ${text(20)}`],
    ["x-request-id", `${index}-${text(8)}`],
    ["x-trace-bin", text(24)],
    ["x-empty", ""],
    ["accept-encoding", random.pick(["gzip", "gzip,deflate", "identity"])],
    [`x-name-${random.below(30)}`, text(random.below(100))],
    [`x-large-${random.below(3)}`, text(random.below(10) === 0 ? 1_500 : 30)],
  ];
  return usual.filter(() => random.below(3) > 0);
}

const unique = (list: readonly Pair[]): Pair[] => [...new Map(list)];

/** The peer's blocks, one result each. */
function checkTheirs(
  tableBytes: number,
  lists: readonly (readonly Pair[])[],
  blocks: readonly string[],
): (string | undefined)[] {
  const decoder = new HpackDecoder(4096, { maxListBytes: 1_000_000, maxFields: 1_000 });
  if (tableBytes !== 4096) decoder.setMaxTableBytes(tableBytes);
  return lists.map((list, index) => {
    const block = Buffer.from(blocks[index] ?? "", "hex");
    try {
      const { fields } = decoder.decode(block, 0, block.length);
      const differs = difference(
        list,
        fields.map(({ name, value }) => [name, value]),
      );
      const exposed = fields.find((one) => one.name === "authorization" && !one.sensitive);
      if (exposed !== undefined) return `table of ${tableBytes}, block ${index}: authorization is not never-indexed`;
      return differs && `table of ${tableBytes}, their block ${index}: ${differs}`;
    } catch (error) {
      return `table of ${tableBytes}, their block ${index}: ${String(error)}`;
    }
  });
}

/** What the peer read in our blocks, one result each. */
function checkOurs(
  tableBytes: number,
  lists: readonly (readonly Pair[])[],
  read: readonly (readonly Pair[])[],
): (string | undefined)[] {
  return lists.map((list, index) => {
    const differs = difference(list, read[index] ?? []);
    return differs && `table of ${tableBytes}, our block ${index}: ${differs}`;
  });
}

function difference(wanted: readonly Pair[], seen: readonly Pair[]): string | undefined {
  const [left, right] = [JSON.stringify(wanted), JSON.stringify(seen)];
  return left === right ? undefined : `read ${right.slice(0, 300)}, must be ${left.slice(0, 300)}`;
}
