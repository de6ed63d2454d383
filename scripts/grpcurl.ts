// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run conformance:grpcurl [-- --address=HOST:PORT]`: grpcurl, which knows nothing of Petrel, calls all four shapes
 * of the quickstart's server from its .proto. Exits 1 unless each gives the replies and the status it should.
 */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { buildPackages, type RunResult, repository, run, runChecked, startServer } from "./child-process.js";
import { goTool } from "./tools.js";

interface ShapeCall {
  readonly shape: string;
  readonly method: string;
  readonly flags?: readonly string[];
  readonly requests: readonly object[];
  /** What is wrong with the replies; undefined when nothing is. */
  readonly fault: (replies: readonly Reply[]) => string | undefined;
}

type Reply = Readonly<Record<string, unknown>>;

const example = join(repository, "examples/quickstart");
const callTimeoutMs = 20_000;

const calls: readonly ShapeCall[] = [
  {
    shape: "unary",
    method: "GetUser",
    requests: [{ id: "u42" }],
    fault: (replies) => expectCount(replies, 1) ?? (replies[0]?.id === "u42" ? undefined : "the reply's id is not u42"),
  },
  {
    shape: "server streaming",
    method: "ListUsers",
    requests: [{}],
    fault: (replies) => (replies.length >= 2 ? undefined : `expected 2 replies or more, got ${replies.length}`),
  },
  {
    shape: "client streaming",
    method: "UploadEvents",
    requests: [{}, {}, {}],
    fault: (replies) =>
      expectCount(replies, 1) ?? (Number(replies[0]?.received) === 3 ? undefined : "received is not 3"),
  },
  {
    shape: "bidirectional streaming",
    method: "Chat",
    requests: [{ text: "one" }, { text: "two" }],
    fault: (replies) =>
      expectCount(replies, 2) ??
      (["one", "two"].every((text, index) => String(replies[index]?.text).includes(text))
        ? undefined
        : "the replies do not repeat what was said"),
  },
];

const { values } = parseArgs({ options: { address: { type: "string" } } });
const grpcurl = await goTool("github.com/fullstorydev/grpcurl/cmd/grpcurl@latest");
const proto = await findProto();

let failed = 0;
if (values.address !== undefined) {
  await judge(values.address);
} else {
  await buildPackages();
  await runChecked("npm", ["run", "--silent", "generate"], { cwd: example });
  await using server = await startServer(process.execPath, ["--import", "tsx", join(example, "server.ts"), "--port=0"]);
  await judge(`127.0.0.1:${server.port}`);
}
console.log(`${calls.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function judge(address: string): Promise<void> {
  for (const call of calls) {
    const fault = await faultOf(call, address);
    console.log(`grpcurl, ${call.shape} (${call.method}): ${fault ?? "ok"}`);
    if (fault !== undefined) failed++;
  }
}

async function faultOf(call: ShapeCall, address: string): Promise<string | undefined> {
  const result: RunResult = await run(
    grpcurl,
    [
      ...["-plaintext", "-emit-defaults", "-max-time", "10"],
      ...["-import-path", proto.root, "-proto", proto.file, "-d", "@"],
      ...[address, `${proto.service}/${call.method}`],
    ],
    { input: call.requests.map((request) => JSON.stringify(request)).join("\n"), timeoutMs: callTimeoutMs },
  );
  if (result.exitCode !== 0) return `exit code ${result.exitCode}: ${result.stderr.trim()}`;
  return call.fault(parseReplies(result.stdout));
}

/** grpcurl prints one JSON object per reply, each over several lines and closed by a brace in the first column. */
function parseReplies(output: string): Reply[] {
  return output
    .split(/(?<=^\})\n/m)
    .filter((text) => text.trim() !== "")
    .map((text) => JSON.parse(text) as Reply);
}

function expectCount(replies: readonly Reply[], count: number): string | undefined {
  return replies.length === count ? undefined : `expected ${count} replies, got ${replies.length}`;
}

/** The example's one .proto, and the folder that imports are resolved from: the one above its package's folders. */
async function findProto(): Promise<{ root: string; file: string; service: string }> {
  const entries = await readdir(example, { recursive: true });
  const paths = entries.filter((path) => path.endsWith(".proto") && !path.includes("node_modules"));
  const [path] = paths;
  if (path === undefined || paths.length > 1)
    throw new Error(`${example} has ${paths.length} .proto files, expected one`);
  const text = await readFile(join(example, path), "utf8");
  const packageName = /^package ([\w.]+);/m.exec(text)?.[1];
  const serviceName = /^service (\w+)/m.exec(text)?.[1];
  if (packageName === undefined || serviceName === undefined) throw new Error(`${path} declares no package or service`);
  const folder = `${packageName.replaceAll(".", "/")}/`;
  const at = path.lastIndexOf(folder);
  const root = join(example, at < 0 ? path.slice(0, path.lastIndexOf("/") + 1) : path.slice(0, at));
  return { root, file: relative(root, join(example, path)), service: `${packageName}.${serviceName}` };
}
