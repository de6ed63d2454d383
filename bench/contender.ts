// SPDX-License-Identifier: Apache-2.0
import { access, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPackages, repository, runChecked, type StartedServer, startServer } from "../scripts/child-process.js";

/** A server to measure: how it is made ready, once, and how it is started. It prints `listening PORT`. */
export interface Contender {
  readonly name: string;
  readonly note: string;
  prepare(): Promise<void>;
  readonly command: readonly [program: string, ...args: string[]];
  readonly env?: Readonly<Record<string, string>>;
}

const bench = join(repository, "bench");
const cache = join(repository, ".cache/bench");

/** Everyone who can be measured, in the table's order. A new peer is an entry here and a folder in peers/. */
export async function contenders(node: string): Promise<Contender[]> {
  const grpcJs = (await readJson("package.json")) as { dependencies: Record<string, string> };
  const goModule = await readFile(join(bench, "peers/grpc-go/go.mod"), "utf8");
  const petrel = [node, join(cache, "petrel/server.js")] as const;
  return [
    { name: "petrel", note: "", prepare: preparePetrel, command: petrel },
    {
      name: "petrel-calling",
      note: "with an open channel in the process, so that calls enter the AsyncLocalStorage",
      prepare: preparePetrel,
      command: [...petrel, "--open-channel"],
    },
    {
      name: "grpc-js",
      note: grpcJs.dependencies["@grpc/grpc-js"] ?? "",
      prepare: installPeers,
      command: [node, join(bench, "peers/grpc-js/server.js")],
    },
    {
      name: "grpc-go",
      note: `${/google\.golang\.org\/grpc (\S+)/.exec(goModule)?.[1] ?? ""}, GOMAXPROCS=1`,
      prepare: buildGrpcGo,
      command: [join(cache, "grpc-go")],
      env: { GOMAXPROCS: "1" },
    },
  ];
}

/** Starts a contender on one core and makes one call that must come back right, since h2load reads no trailers. */
export async function startContender(contender: Contender, core: number, text: string): Promise<StartedServer> {
  const server = await startServer("taskset", ["-c", String(core), ...contender.command], {
    env: { ...process.env, ...contender.env },
  });
  try {
    await runChecked(process.execPath, [join(bench, "peers/grpc-js/client.js"), String(server.port), text]);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw new Error(`${contender.name} does not echo`, { cause: error });
  }
}

let petrelReady: Promise<void> | undefined;

function preparePetrel(): Promise<void> {
  petrelReady ??= buildPetrel();
  return petrelReady;
}

async function buildPetrel(): Promise<void> {
  await buildPackages();
  await runChecked("npx", ["buf", "generate", "--template", "bench/peers/petrel/buf.gen.yaml"]);
  await runChecked("npx", ["tsc", "-p", "bench/peers/petrel"]);
}

/** Installs the JavaScript peers into bench/node_modules; grpc-js also makes the trial calls. */
export async function installPeers(): Promise<void> {
  const installed = await access(join(bench, "node_modules/.package-lock.json")).then(
    () => true,
    () => false,
  );
  if (!installed) await runChecked("npm", ["ci", "--no-audit", "--no-fund"], { cwd: bench });
}

async function buildGrpcGo(): Promise<void> {
  await mkdir(cache, { recursive: true });
  await runChecked("go", ["build", "-buildvcs=false", "-o", join(cache, "grpc-go"), "."], {
    cwd: join(bench, "peers/grpc-go"),
    env: { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly" },
  });
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(bench, path), "utf8"));
}
