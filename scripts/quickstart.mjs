// SPDX-License-Identifier: Apache-2.0
// `npm run quickstart`: from a fresh clone to all four kinds of call between two processes. Installs what is missing,
// generates code from examples/quickstart/proto through buf, builds, starts server and client, shows what happens, ends.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("..", import.meta.url));
const example = join(top, "examples/quickstart");
const installTimeoutMs = 600_000;
const stepTimeoutMs = 120_000;
const startTimeoutMs = 15_000;
const startedMs = performance.now();

try {
  requireNode(20, 19);
  await step("install what is missing", install);
  await step("build the runtime and the plugin", () => runNode("scripts/build.mjs"));
  await step("generate proto/user/v1/user.proto → gen/ (buf, protoc-gen-petrel)", () =>
    runNode("node_modules/@bufbuild/buf/bin/buf", ["generate"], { cwd: example }),
  );
  await step("compile server.ts and client.ts", () => runNode("node_modules/typescript/bin/tsc", ["-p", example]));
  await callServer();
  console.log(`\nDone in ${seconds(startedMs)}. The code is in examples/quickstart; next: README.md, examples/unary.`);
} catch (error) {
  console.error(`\nquickstart failed: ${error.message}`);
  process.exitCode = 1;
}

function requireNode(major, minor) {
  const [haveMajor, haveMinor] = process.versions.node.split(".").map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  throw new Error(`Node ${process.versions.node} is too old, Petrel needs ${major}.${minor} or newer`);
}

async function install() {
  await runNode("scripts/install.mjs", [], { timeoutMs: installTimeoutMs });
}

/** Starts the server, runs the client against it, and stops the server. */
async function callServer() {
  const server = start("server", ["--port=0"]);
  try {
    const port = await listeningPort(server);
    const client = start("client", [`--target=127.0.0.1:${port}`]);
    const timer = setTimeout(() => client.kill("SIGKILL"), startTimeoutMs);
    const [code] = await once(client, "close");
    clearTimeout(timer);
    if (code !== 0) throw new Error(`the client ended with ${code ?? "a signal"}`);
  } finally {
    await stop(server);
  }
}

/** Starts a compiled program of the example, each line it prints behind its name and process id. */
function start(name, args) {
  const child = spawn(process.execPath, [join(example, "dist", `${name}.js`), ...args], {
    cwd: example,
    stdio: ["ignore", "pipe", "inherit"],
  });
  console.log(`\n${name}: process ${child.pid}, node dist/${name}.js ${args.join(" ")}`);
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const line of lines) console.log(`  ${name} │ ${line}`);
  });
  return child;
}

function listeningPort(server) {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(() => reject(new Error("the server was not listening in time")), startTimeoutMs);
    server.stdout.on("data", (text) => {
      output += text;
      const line = /^listening (\d+)$/m.exec(output);
      if (line === null) return;
      clearTimeout(timer);
      resolve(Number(line[1]));
    });
    server.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended before it listened (${code})`));
    });
  });
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), startTimeoutMs);
  await closed;
  clearTimeout(timer);
}

async function step(title, work) {
  const stepMs = performance.now();
  process.stdout.write(`${title} … `);
  await work();
  console.log(seconds(stepMs));
}

function seconds(sinceMs) {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}

function runNode(script, args = [], options = {}) {
  return run(process.execPath, [join(top, script), ...args], options);
}

/** Runs a program to its end; quiet unless it fails. */
async function run(command, args, { cwd = top, timeoutMs = stepTimeoutMs } = {}) {
  const env = { ...process.env, PATH: `${join(top, "node_modules/.bin")}${delimiter}${process.env.PATH}` };
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const [code, signal] = await once(child, "close");
  if (code === 0) return;
  throw new Error(`${command} ${args.join(" ")} ended with ${code ?? signal}\n${output.trim()}`);
}
