// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository, runChecked, type StartedServer, startServer } from "../scripts/child-process.js";
import { bench, type Command, type Contender } from "./contender.js";
import { type Load, type LoadedServer, measure } from "./h2load.js";

export type Security = "plaintext" | "tls";

/** How a server is started; each way is a process of its own. */
export interface Variant {
  readonly security?: Security | undefined;
  readonly interceptor?: boolean | undefined;
}

/** What a client does; the names are those of the modules for peers/load.js. */
export interface Work {
  readonly work: "echo" | "placeOrder" | "list" | "chat" | "echoChunk" | "upload" | "download";
  readonly inFlight: number;
  /** Calls per second to start whatever the answers take, instead of keeping `inFlight` running. */
  readonly rate?: number | undefined;
}

export interface LoadResult {
  readonly callsPerSecond: number;
  readonly p99Us: number;
  readonly cpuUsPerCall: number;
}

export const serverCore = 0;
export const loadCore = 1;
const warmUpSeconds = 1;
const certificates = join(repository, "testdata/certs");
const tlsFlags = ["--tls", join(certificates, "server.pem"), join(certificates, "server.key")];
const authority = join(certificates, "ca.pem");
const text = "sixteen bytes ok";

/** One round's processes: servers on one core, load on the other. An idle server costs the one being measured nothing. */
export class Round implements AsyncDisposable {
  readonly seconds: number;
  readonly number: number;
  readonly #node: string;
  readonly #servers = new Map<string, Promise<StartedServer>>();
  readonly #figures = new Map<string, Promise<LoadResult>>();

  constructor(number: number, seconds: number, node: string) {
    this.number = number;
    this.seconds = seconds;
    this.#node = node;
  }

  /** The contender's server of this round, started and tried by a call when first asked for. */
  server(contender: Contender, variant: Variant = {}): Promise<StartedServer> {
    const key = JSON.stringify([contender.name, variant.security ?? "plaintext", variant.interceptor ?? false]);
    const server = this.#servers.get(key) ?? startContender(contender, variant);
    this.#servers.set(key, server);
    return server;
  }

  /** Loads the contender's server with h2load and returns calls per second. */
  async h2load(contender: Contender, load: Load, security: Security = "plaintext"): Promise<number> {
    const { port } = await this.server(contender, { security });
    await loadEcho(port, load, warmUpSeconds, security);
    return (await loadEcho(port, load, this.seconds, security)).callsPerSecond;
  }

  /** Loads a server, the contender's own unless another is named, with the contender's client. Figures are kept. */
  load(contender: Contender, work: Work, variant: Variant = {}, server = contender): Promise<LoadResult> {
    const key = JSON.stringify([contender.name, work, variant, server.name]);
    const figure = this.#figures.get(key) ?? this.#load(contender, work, variant, server);
    this.#figures.set(key, figure);
    return figure;
  }

  async #load(contender: Contender, work: Work, variant: Variant, target: Contender): Promise<LoadResult> {
    const { port } = await this.server(target, variant);
    const output = await runChecked(
      "taskset",
      ["-c", String(loadCore), ...this.#clientCommand(contender, port, work, variant)],
      {
        env: { ...process.env, ...contender.env },
      },
    );
    const { calls, seconds, p99Us, cpuUs } = JSON.parse(output) as Record<string, number>;
    if (calls === undefined || seconds === undefined || p99Us === undefined || cpuUs === undefined) {
      throw new Error(`${contender.name} printed ${output}`);
    }
    return { callsPerSecond: calls / seconds, p99Us, cpuUsPerCall: cpuUs / calls };
  }

  #clientCommand({ client, name }: Contender, port: number, { work, inFlight, rate }: Work, variant: Variant): Command {
    if (client === undefined) throw new Error(`${name} has no client`);
    const positionals = [port, work, this.seconds, inFlight].map(String);
    const tls = variant.security === "tls";
    if ("program" in client) {
      if (rate !== undefined) throw new Error(`${name}'s client keeps no rate`);
      return [client.program, ...positionals, join(bench, "proto"), ...(tls ? [authority] : [])];
    }
    const flags = [...(tls ? ["--ca", authority] : []), ...(rate === undefined ? [] : ["--rate", String(rate)])];
    return [this.#node, join(bench, "peers/load.js"), client.module, ...positionals, ...flags];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of await Promise.allSettled(this.#servers.values())) {
      if (server.status === "fulfilled") await server.value[Symbol.asyncDispose]();
    }
  }
}

/** Loads an echo service with h2load: 18-byte messages, every reply checked for its size. */
export async function loadEcho(port: number, load: Load, seconds: number, security: Security): Promise<LoadedServer> {
  const folder = await mkdtemp(join(tmpdir(), "petrel-bench-"));
  try {
    const requestFile = join(folder, "request.bin");
    const request = requestBytes();
    await writeFile(requestFile, request);
    const scheme = security === "tls" ? "https" : "http";
    const path = "/bench.v1.EchoService/Echo";
    const { connections, callsInFlight } = load;
    const replyBytes = request.length;
    return await measure({
      connections,
      callsInFlight,
      scheme,
      port,
      path,
      requestFile,
      core: loadCore,
      seconds,
      replyBytes,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts a server on its core and makes one call that must come back right, since h2load reads no trailers. */
async function startContender(contender: Contender, variant: Variant): Promise<StartedServer> {
  const flags = [...(variant.security === "tls" ? tlsFlags : []), ...(variant.interceptor ? ["--interceptor"] : [])];
  const server = await startServer("taskset", ["-c", String(serverCore), ...contender.server, ...flags], {
    env: { ...process.env, ...contender.env },
  });
  if (contender.protocol === "bytes" || variant.interceptor) return server;
  try {
    const ca = variant.security === "tls" ? [authority] : [];
    await runChecked(process.execPath, [join(bench, "peers/grpc-js/try.js"), String(server.port), ...ca]);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw new Error(`${contender.name} does not echo`, { cause: error });
  }
}

/** The length-prefixed message of every h2load call: field 1, a string of 16 bytes. */
function requestBytes(): Uint8Array {
  const message = Buffer.concat([Buffer.from([0x0a, text.length]), Buffer.from(text)]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
