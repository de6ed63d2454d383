// SPDX-License-Identifier: Apache-2.0

import { ClientChannel } from "../../src/client/channel.js";
import { codeName, type StatusError } from "../../src/node/index.js";
import { nodePlatform } from "../../src/node/platform.js";
import { PetrelServer } from "../../src/server/server.js";
import type { Platform } from "../../src/transport/platform.js";
import type { ByteEndpoint, DialListener, EndpointHost } from "../../src/transport/socket.js";
import { describeFrames } from "../support/http2-frames.js";
import { both, collect, down, echo, one, Texts, up } from "../support/text-service.js";
import type { Findings } from "./findings.js";
import type { AttackOptions } from "./stage.js";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const statusTimeoutMs = 1_000;
const bodyText = "a word of twelve ".repeat(400);

/** The end of a connection in memory: what the endpoint says is kept, and passed on when there is somebody. */
class MemoryEnd implements EndpointHost {
  endpoint: ByteEndpoint | undefined;
  readonly sent: Uint8Array[] = [];
  state: "open" | "ended" = "open";
  onBytes: (bytes: Uint8Array) => void = () => undefined;
  #pump: "idle" | "scheduled" = "idle";

  now(): number {
    return performance.now();
  }
  timeoutChanged(): void {}
  inputPaused(): void {}
  inputResumed(): void {}
  connectionEnded(): void {
    this.state = "ended";
    this.outputReady();
  }
  outputReady(): void {
    if (this.#pump === "scheduled") return;
    this.#pump = "scheduled";
    setImmediate(() => {
      this.#pump = "idle";
      for (let bytes = this.endpoint?.takeOutput(); bytes !== undefined; bytes = this.endpoint?.takeOutput()) {
        const copy = bytes.slice();
        this.endpoint?.outputWritten(bytes.length);
        this.sent.push(copy);
        this.onBytes(copy);
      }
    });
  }

  /** Gives bytes to the endpoint, over as many turns as it wants. */
  async give(bytes: Uint8Array): Promise<void> {
    if (this.state === "ended" || this.endpoint === undefined) return;
    let done = this.endpoint.receive(bytes.slice());
    while (!done) {
      await turn();
      done = this.endpoint.continueReceive();
    }
  }
}

const peer = { address: "in-memory" };

function newServer(): PetrelServer {
  const server = new PetrelServer(nodePlatform, { onError: () => undefined });
  return server.addService(Texts, echo) as PetrelServer;
}

/** A connection to the server, without a client. */
function connectTo(server: PetrelServer): MemoryEnd {
  const end = new MemoryEnd();
  server.acceptConnection({
    peer,
    attach: (create) => {
      end.endpoint = create(end);
    },
  });
  end.outputReady();
  return end;
}

/** A channel whose connections are made by `connect`. */
function channelOver(connect: (end: MemoryEnd) => void): ClientChannel {
  const platform: Platform = {
    ...nodePlatform,
    dial(_address: unknown, _options: unknown, listener: DialListener) {
      const end = new MemoryEnd();
      queueMicrotask(() => {
        end.endpoint = listener.connected(end, peer);
        end.outputReady();
        connect(end);
      });
      return { cancel: () => undefined };
    },
  };
  return new ClientChannel(platform, "127.0.0.1:1", { backoff: { initialMs: 60_000 } });
}

/** One call of each shape, one after the other: what an application sees of them. */
async function exchange(channel: ClientChannel): Promise<string[]> {
  const outcomes: string[] = [];
  const settle = async (call: Promise<unknown>) => {
    outcomes.push(await call.then(JSON.stringify, (error: StatusError) => codeName(error.code)));
  };
  await settle(channel.call(one, { text: bodyText }));
  await settle(collect(channel.call(down, { text: "one two three" })));
  await settle(channel.call(up, [{ text: bodyText }, { text: "b" }]) as Promise<unknown>);
  await settle(collect(channel.call(both, [{ text: "a" }, { text: bodyText }])));
  return outcomes;
}

interface Recording {
  /** What the client wrote, and what the server wrote. */
  readonly up: Uint8Array;
  readonly down: Uint8Array;
  readonly outcomes: readonly string[];
}

async function record(): Promise<Recording> {
  const server = newServer();
  const ends: MemoryEnd[] = [];
  const channel = channelOver((client) => {
    const far = connectTo(server);
    ends.push(client, far);
    client.onBytes = (bytes) => void far.give(bytes);
    far.onBytes = (bytes) => void client.give(bytes);
    for (const bytes of client.sent) void far.give(bytes);
  });
  const outcomes = await exchange(channel);
  const [client, far] = ends as [MemoryEnd, MemoryEnd];
  const recording = { up: Buffer.concat(client.sent), down: Buffer.concat(far.sent), outcomes };
  await channel.close();
  await server.shutdown({ graceMs: 0 });
  return recording;
}

/** What a server said, frame boundaries of DATA apart: they follow the turns in which handlers settle. */
function gist(bytes: Uint8Array): string {
  const frames = describeFrames(bytes).filter((text) => !/^(SETTINGS|PING|type 6|WINDOW_UPDATE)/.test(text));
  const byStream = new Map<string, string[]>();
  for (const text of frames) {
    const [type = "", stream = "", , length] = text.split(" ");
    const all = byStream.get(stream) ?? [];
    byStream.set(stream, all);
    const last = all.at(-1);
    if (type === "DATA" && last?.startsWith("DATA "))
      all[all.length - 1] = `DATA ${Number(last.slice(5)) + Number(length)}`;
    else all.push(type === "DATA" ? `DATA ${length}` : text);
  }
  return JSON.stringify([...byStream].sort());
}

async function quiet(server: PetrelServer): Promise<boolean> {
  const until = performance.now() + statusTimeoutMs;
  while (server.stats().calls.running > 0) {
    if (performance.now() > until) return false;
    await turn();
  }
  return true;
}

/** F9: the connection is cut after every octet of a recorded exchange, at either end. F10: it comes in any pieces. */
export async function cutConnection(findings: Findings, { long }: AttackOptions): Promise<void> {
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", onRejection);
  const recording = await record();
  const step = long ? 1 : 7;
  findings.note(
    "F9 cut connection",
    "octets recorded, up and down",
    `${recording.up.length}, ${recording.down.length}`,
  );
  findings.equal(
    "F9 cut connection",
    "the whole exchange succeeds",
    recording.outcomes.every((text) => text.startsWith("[") || text.startsWith("{")),
    true,
  );
  await cutAtServer(findings, recording, step);
  await cutAtClient(findings, recording, step);
  await dribble(findings, recording, step);
  await turn();
  process.off("unhandledRejection", onRejection);
  findings.equal("F9 cut connection", "unhandled rejections", rejections.map(String).join("; "), "");
}

async function cutAtServer(findings: Findings, recording: Recording, step: number): Promise<void> {
  const server = newServer();
  let cuts = 0;
  let stuck = 0;
  for (let at = 0; at < recording.up.length; at += step) {
    cuts += 1;
    const end = connectTo(server);
    await end.give(recording.up.subarray(0, at));
    if (at % 2 === 0) await turn();
    end.endpoint?.inputEnded(at % 3 === 0 ? new Error("ECONNRESET") : undefined);
    if (!(await quiet(server))) stuck += 1;
  }
  const { connections, calls } = server.stats();
  const ended = Object.values(calls.ended).reduce((sum, count) => sum + count, 0);
  findings.equal("F9 cut at the server", `of ${cuts} cuts, calls left running after 1 s`, stuck, 0);
  findings.equal("F9 cut at the server", "connections left", connections.open, 0);
  findings.equal("F9 cut at the server", "calls with a status, of those started", ended, calls.started);
  const report = await server.shutdown({ graceMs: 0 });
  findings.equal("F9 cut at the server", "nothing left to cut at shutdown", report.cancelled + report.connections, 0);
}

async function cutAtClient(findings: Findings, recording: Recording, step: number): Promise<void> {
  let cuts = 0;
  let late = 0;
  const codes = new Set<string>();
  for (let at = 0; at < recording.down.length; at += step) {
    cuts += 1;
    const channel = channelOver((client) => {
      // The server's bytes come as they were recorded, whatever the client says, and then no more.
      void (async () => {
        await turn();
        await client.give(recording.down.subarray(0, at));
        await turn();
        client.endpoint?.inputEnded(at % 3 === 0 ? new Error("ECONNRESET") : undefined);
      })();
    });
    const startedAt = performance.now();
    const outcome = await Promise.race([
      channel.call(one, { text: bodyText }).then(
        () => "OK",
        (error: StatusError) => codeName(error.code),
      ),
      new Promise<string>((resolve) => setTimeout(() => resolve("none"), statusTimeoutMs + 500).unref()),
    ]);
    codes.add(outcome);
    if (outcome === "none" || performance.now() - startedAt > statusTimeoutMs) late += 1;
    await channel.close();
  }
  findings.equal("F9 cut at the client", `of ${cuts} cuts, calls without a status within 1 s`, late, 0);
  findings.note("F9 cut at the client", "statuses", [...codes].join(", "));
}

async function dribble(findings: Findings, recording: Recording, step: number): Promise<void> {
  const server = newServer();
  const replay = async (pieces: Iterable<Uint8Array>): Promise<string> => {
    const end = connectTo(server);
    for (const piece of pieces) await end.give(piece);
    await quiet(server);
    await turn();
    await turn();
    const said = gist(Buffer.concat(end.sent));
    end.endpoint?.inputEnded();
    return said;
  };
  const { up } = recording;
  const expected = await replay([up]);
  findings.equal("F10 dribble", "one octet at a time: the same reply", (await replay(singles(up))) === expected, true);
  let splits = 0;
  let different = 0;
  for (let at = 1; at < up.length; at += step) {
    splits += 1;
    if ((await replay([up.subarray(0, at), up.subarray(at)])) !== expected) different += 1;
  }
  findings.equal("F10 dribble", `of ${splits} splits in two, replies that differ`, different, 0);
  await server.shutdown({ graceMs: 0 });
}

function* singles(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at++) yield bytes.subarray(at, at + 1);
}
