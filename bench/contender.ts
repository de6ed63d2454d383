// SPDX-License-Identifier: Apache-2.0
import { access, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPackages, repository, runChecked } from "../scripts/child-process.js";

export type Command = readonly [program: string, ...args: string[]];

/** Someone to measure: how it is made ready, once, and how its programs start. */
export interface Contender {
  readonly name: string;
  readonly note: string;
  prepare(): Promise<void>;
  /** Prints `listening PORT`; takes `--tls CERT KEY` and, where calls are unary, `--interceptor`. */
  readonly server: Command;
  readonly env?: Readonly<Record<string, string>>;
  /** A module for peers/load.js, or a program of its own with the same output. */
  readonly client?: { readonly module: string } | { readonly program: string };
  /** Whether it answers gRPC calls at all. */
  readonly protocol: "grpc" | "bytes";
}

export const bench = join(repository, "bench");
const cache = join(repository, ".cache/bench");

/** Everyone who can be measured, in the table's order. A new peer is an entry here and a folder in peers/. */
export async function contenders(node: string): Promise<Contender[]> {
  const { dependencies } = (await readJson("package.json")) as { dependencies: Record<string, string> };
  const goModule = await readFile(join(bench, "peers/grpc-go/go.mod"), "utf8");
  const cargoLock = await readFile(join(bench, "peers/tonic/Cargo.lock"), "utf8");
  const petrel: Command = [node, join(cache, "petrel/server.js")];
  const peer = (name: string): Command => [node, join(bench, "peers", name, "server.js")];
  return [
    {
      name: "petrel",
      note: "",
      prepare: once(buildPetrel),
      server: petrel,
      client: { module: join(cache, "petrel/client.js") },
      protocol: "grpc",
    },
    {
      name: "petrel-calling",
      note: "with an open channel in the process, so that calls enter the AsyncLocalStorage",
      prepare: once(buildPetrel),
      server: [...petrel, "--open-channel"],
      protocol: "grpc",
    },
    {
      name: "grpc-js",
      note: dependencies["@grpc/grpc-js"] ?? "",
      prepare: once(installPeers),
      server: peer("grpc-js"),
      client: { module: join(bench, "peers/grpc-js/client.js") },
      protocol: "grpc",
    },
    {
      name: "connect-node",
      note: dependencies["@connectrpc/connect-node"] ?? "",
      prepare: once(generateConnect),
      server: peer("connect-node"),
      protocol: "grpc",
    },
    {
      name: "node:http2",
      note: "echoes bytes: no codec, no metadata, no deadlines",
      prepare: once(installPeers),
      server: peer("node-http2"),
      protocol: "grpc",
    },
    {
      name: "grpc-go",
      note: `${/google\.golang\.org\/grpc (\S+)/.exec(goModule)?.[1] ?? ""}, GOMAXPROCS=1`,
      prepare: once(buildGrpcGo),
      server: [join(cache, "go/server")],
      client: { program: join(cache, "go/client") },
      env: { GOMAXPROCS: "1" },
      protocol: "grpc",
    },
    {
      name: "tonic",
      note: `${/name = "tonic"\nversion = "(.*)"/.exec(cargoLock)?.[1] ?? ""}, current-thread runtime`,
      prepare: once(buildTonic),
      server: [join(cache, "tonic/release/petrel-bench-tonic")],
      protocol: "grpc",
    },
    {
      name: "pipe",
      note: "a bare node:net or node:tls socket",
      prepare: async () => {},
      server: peer("pipe"),
      client: { module: join(bench, "peers/pipe/client.js") },
      protocol: "bytes",
    },
  ];
}

/** Runs a step once however many contenders need it. */
function once(step: () => Promise<void>): () => Promise<void> {
  return () => {
    const running = steps.get(step) ?? step();
    steps.set(step, running);
    return running;
  };
}
const steps = new Map<() => Promise<void>, Promise<void>>();

async function buildPetrel(): Promise<void> {
  await buildPackages();
  await generate("petrel");
  await runChecked("npx", ["tsc", "-p", "bench/peers/petrel"]);
}

/** Installs the JavaScript peers into bench/node_modules; grpc-js also makes the trial calls. */
export async function installPeers(): Promise<void> {
  const installed = await readJson("node_modules/.package-lock.json").catch(() => undefined);
  const wanted = await readJson("package.json");
  if (installed !== undefined && (await isComplete(wanted))) return;
  await runChecked("npm", ["ci", "--no-audit", "--no-fund"], { cwd: bench });
}

async function isComplete(wanted: unknown): Promise<boolean> {
  const { dependencies } = wanted as { dependencies: Record<string, string> };
  const present = Object.keys(dependencies).map((name) => access(join(bench, "node_modules", name)));
  return (await Promise.allSettled(present)).every(({ status }) => status === "fulfilled");
}

async function generateConnect(): Promise<void> {
  await installPeers();
  await generate("connect-node");
}

async function buildGrpcGo(): Promise<void> {
  const env = { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly" };
  await mkdir(join(cache, "go"), { recursive: true });
  await generate("grpc-go", env);
  await runChecked("go", ["build", "-buildvcs=false", "-o", join(cache, "go/"), "./server", "./client"], {
    cwd: join(bench, "peers/grpc-go"),
    env,
  });
}

async function buildTonic(): Promise<void> {
  const descriptors = join(cache, "descriptors.binpb");
  await mkdir(cache, { recursive: true });
  await runChecked("npx", ["buf", "build", "bench/proto", "-o", descriptors]);
  await runChecked("cargo", ["build", "--release", "--locked", "--quiet"], {
    cwd: join(bench, "peers/tonic"),
    env: { ...process.env, BENCH_DESCRIPTORS: descriptors, CARGO_TARGET_DIR: join(cache, "tonic") },
  });
}

async function generate(peer: string, env = process.env): Promise<void> {
  await runChecked("npx", ["buf", "generate", "--template", `bench/peers/${peer}/buf.gen.yaml`], { env });
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(bench, path), "utf8"));
}
