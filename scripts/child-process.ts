// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The repository's top folder, where every program is started unless told otherwise. */
export const repository = fileURLToPath(new URL("..", import.meta.url));

export interface RunOptions {
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Milliseconds until the program is killed, which makes `run` reject. Default 10 minutes. */
  readonly timeoutMs?: number | undefined;
  readonly input?: string | undefined;
  /** Called with standard output as it comes, for programs that take long. */
  readonly onOutput?: ((text: string) => void) | undefined;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Resolves whatever its exit code; rejects when it cannot start, is killed or takes too long. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { cwd = repository, env = process.env, timeoutMs = 600_000 } = options;
  const child = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    options.onOutput?.(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // A program that ends without reading its input is no failure here; its exit code tells.
  child.stdin.on("error", () => child.stdin.destroy());
  child.stdin.end(options.input ?? "");
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  try {
    const [exitCode, signal] = (await once(child, "close")) as [number | null, string | null];
    if (timedOut) throw new Error(`${command} ${args.join(" ")} was still running after ${timeoutMs} ms\n${stderr}`);
    if (exitCode === null) throw new Error(`${command} ${args.join(" ")} was ended by ${signal}\n${stderr}`);
    return { exitCode, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a program that must succeed and returns its standard output. Rejects with both outputs otherwise. */
export async function runChecked(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, args, options);
  if (exitCode !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${exitCode}\n${stdout}${stderr}`);
  return stdout;
}

/** Compiles the packages, so that a judge never meets yesterday's build. */
export async function buildPackages(): Promise<void> {
  await runChecked("npm", ["run", "--silent", "build"]);
}

export interface StartedServer extends AsyncDisposable {
  readonly port: number;
  /** The server's process; with a prefix such as `taskset` still the server's, since those replace themselves. */
  readonly pid: number;
}

const startTimeoutMs = 15_000;
const stopTimeoutMs = 3_000;

/**
 * Starts a server program and resolves once it has printed `listening PORT` on a line of its own. Its stderr is ours.
 * Rejects when it ends or stays silent for 15 s; disposing ends it, with KILL after 3 s.
 */
export async function startServer(
  command: string,
  args: readonly string[],
  options: Pick<RunOptions, "cwd" | "env"> = {},
): Promise<StartedServer> {
  const { cwd = repository, env = process.env } = options;
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const port = await listeningPort(child, `${command} ${args.join(" ")}`);
    return { port, pid: child.pid ?? 0, [Symbol.asyncDispose]: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

function listeningPort(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(
      () => reject(new Error(`${name} was not listening after ${startTimeoutMs} ms`)),
      startTimeoutMs,
    );
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const line = /^listening (\d+)$/m.exec(output);
      if (line === null) return;
      clearTimeout(timer);
      resolve(Number(line[1]));
    });
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`${name} cannot start`, { cause: error }));
    });
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended before it listened (${code ?? signal})`));
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}
