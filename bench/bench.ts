// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bench [-- --quick --rounds=N --seconds=N --only=petrel,grpc-js --node=24]`: calls per second of an 18-byte
 * unary echo, one core for the server and another for h2load. Contenders alternate within every row of every round, so
 * read the ratios. Exits 1 when Petrel is below a floor.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runChecked, type StartedServer } from "../scripts/child-process.js";
import { type NodeMajor, nodeRuntime } from "../scripts/node-runtime.js";
import { type Contender, contenders, installPeers, startContender } from "./contender.js";
import { findH2load, type Load, measure } from "./h2load.js";
import { formatRate, formatRatio, formatTable, summarize } from "./summary.js";

interface Row extends Load {
  readonly name: string;
}

/** Calls per second by row and contender, one figure a round. */
type Figures = Map<string, number[]>;

const rows: readonly Row[] = [
  { name: "c4 m50", connections: 4, callsInFlight: 50 },
  { name: "c100 m1", connections: 100, callsInFlight: 1 },
  { name: "c1 m10", connections: 1, callsInFlight: 10 },
  { name: "c1 m1", connections: 1, callsInFlight: 1 },
];
const floors = [
  { row: "c4 m50", peer: "grpc-js", ratio: 6 },
  { row: "c4 m50", peer: "grpc-go", ratio: 1.5 },
];
const serverCore = 0;
const loadCore = 1;
const warmUpSeconds = 1;
const text = "sixteen bytes ok";
const path = "/bench.v1.EchoService/Echo";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string" },
    only: { type: "string" },
    node: { type: "string" },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const seconds = Number(values.seconds ?? (values.quick ? 2 : 3));
const node = values.node === undefined ? process.execPath : await nodeRuntime(Number(values.node) as NodeMajor);
const chosen = choose(await contenders(node), values.only);

if (availableParallelism() < 2) throw new Error("the benchmark needs two cores, one for the server, one for h2load");
const h2load = await findH2load();
await installPeers();
for (const contender of chosen) await contender.prepare();

const nodeVersion = (await runChecked(node, ["--version"])).trim();
console.log(`machine: ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores; node ${nodeVersion}; ${h2load}`);
console.log(
  `18-byte unary echo, thousands of calls/s on one core: median of ${rounds} rounds of ${seconds} s (lowest–highest)`,
);
const figures: Figures = new Map();
for (let round = 0; round < rounds; round++) await measureRound(rotated(chosen, round), figures);
console.log(formatTable([...rateLines(figures), ...ratioLines(figures)]));
for (const { name, note } of chosen) if (note !== "") console.log(`${name}: ${note}`);
process.exitCode = aboveFloors(figures) ? 0 : 1;

function choose(all: readonly Contender[], only: string | undefined): Contender[] {
  if (only === undefined) return [...all];
  return only.split(",").map((name) => {
    const contender = all.find((each) => each.name === name);
    if (contender === undefined) throw new Error(`--only=${name}: expected ${all.map((each) => each.name).join(", ")}`);
    return contender;
  });
}

/** Fresh processes every round; an idle server costs the one being measured nothing. */
async function measureRound(order: readonly Contender[], into: Figures): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "petrel-bench-"));
  const servers: StartedServer[] = [];
  try {
    const requestFile = join(folder, "request.bin");
    const request = requestBytes();
    await writeFile(requestFile, request);
    const target = { path, requestFile, core: loadCore, replyBytes: request.length };
    for (const contender of order) servers.push(await startContender(contender, serverCore, text));
    for (const row of rows) {
      for (const [index, contender] of order.entries()) {
        const port = (servers[index] as StartedServer).port;
        await measure({ ...target, ...row, port, seconds: warmUpSeconds });
        const rate = await measure({ ...target, ...row, port, seconds });
        const key = figureKey(row.name, contender.name);
        into.set(key, [...(into.get(key) ?? []), rate]);
      }
    }
  } finally {
    for (const server of servers) await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The length-prefixed message of every call: field 1, a string of 16 bytes. */
function requestBytes(): Uint8Array {
  const message = Buffer.concat([Buffer.from([0x0a, text.length]), Buffer.from(text)]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function rateLines(measured: Figures): string[][] {
  const lines = chosen.map(({ name }) => [
    name,
    ...rows.map((row) => formatRate(summarize(measured.get(figureKey(row.name, name)) ?? []))),
  ]);
  return [["", ...rows.map((row) => row.name)], ...lines];
}

function ratioLines(measured: Figures): string[][] {
  if (!isMeasured("petrel")) return [];
  const peers = chosen.filter(({ name }) => name !== "petrel");
  return peers.map(({ name }) => [
    `petrel / ${name}`,
    ...rows.map((row) => formatRatio(summarize(ratios(measured, row.name, name)))),
  ]);
}

/** Petrel over a peer, round by round: what a noisy neighbour does to one round it does to both. */
function ratios(measured: Figures, row: string, peer: string): number[] {
  const theirs = measured.get(figureKey(row, peer)) ?? [];
  const ours = measured.get(figureKey(row, "petrel")) ?? [];
  return ours.map((rate, round) => rate / (theirs[round] as number));
}

function aboveFloors(measured: Figures): boolean {
  let met = 0;
  let missed = 0;
  for (const { row, peer, ratio } of floors) {
    if (!isMeasured("petrel") || !isMeasured(peer)) {
      console.log(`floor ${ratio}× ${peer} at ${row}: not checked, --only leaves one of the two out`);
      continue;
    }
    const { median } = summarize(ratios(measured, row, peer));
    if (median < ratio) missed++;
    else met++;
    console.log(`floor ${ratio}× ${peer} at ${row}: ${median < ratio ? "missed" : "met"} with ${median.toFixed(1)}×`);
  }
  console.log(`${met} passed, ${missed} failed`);
  return missed === 0;
}

function isMeasured(name: string): boolean {
  return chosen.some((contender) => contender.name === name);
}

function figureKey(row: string, contender: string): string {
  return `${row} ${contender}`;
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
