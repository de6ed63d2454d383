// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Program } from "./peer.js";

const keptOutputBytes = 8_192;
const readyTimeoutMs = 15_000;
const readyPollMs = 50;
const stopTimeoutMs = 5_000;

/** How a program ended, after how long, with the end of what it printed. */
export interface Outcome {
  readonly passed: boolean;
  readonly tookMs: number;
  readonly reason: string;
  readonly output: string;
}

/** A started program. */
export class Running {
  readonly #child: ChildProcess;
  readonly #command: string;
  readonly #exited: Promise<void>;
  readonly #startedMs = performance.now();
  #endedMs = 0;
  #output = "";
  #spawnError: Error | undefined;

  constructor(program: Program) {
    this.#command = program.command;
    this.#child = spawn(program.command, program.parameters, {
      env: { ...process.env, ...program.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-keptOutputBytes);
      });
    }
    this.#exited = new Promise((resolve) => {
      const end = () => {
        this.#endedMs = performance.now();
        resolve();
      };
      this.#child.once("close", end);
      this.#child.once("error", (error) => {
        this.#spawnError = error;
        end();
      });
    });
  }

  get ended(): boolean {
    return this.#spawnError !== undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits for the end; past `timeoutMs` the program is killed and counts as failed. */
  async outcome(timeoutMs: number): Promise<Outcome> {
    const late = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), timeoutMs);
      this.#exited.then(() => {
        clearTimeout(timer);
        resolve(false);
      });
    });
    if (late) {
      this.#child.kill("SIGKILL");
      await this.#exited;
    }
    const ended = { tookMs: this.#endedMs - this.#startedMs, output: this.#output };
    if (late) return { ...ended, passed: false, reason: `no end within ${timeoutMs / 1_000} s` };
    if (this.#spawnError !== undefined) {
      return { ...ended, passed: false, reason: `cannot start ${this.#command}: ${this.#spawnError.message}` };
    }
    const { exitCode, signalCode } = this.#child;
    return { ...ended, passed: exitCode === 0, reason: `exit ${exitCode ?? signalCode}` };
  }

  /** Asks the program to end (SIGTERM) and waits for it. */
  async stop(): Promise<Outcome> {
    if (!this.ended) this.#child.kill("SIGTERM");
    return this.outcome(stopTimeoutMs);
  }
}

/** Runs a program to its end; rejects when it fails. */
export async function runToEnd(program: Program, timeoutMs: number): Promise<void> {
  const outcome = await new Running(program).outcome(timeoutMs);
  if (outcome.passed) return;
  throw new Error(`${program.command} ${program.parameters.join(" ")}: ${outcome.reason}\n${outcome.output}`);
}

/** Starts a server and waits until it takes connections; rejects with its output when it does not. */
export async function startServer(program: Program, port: number): Promise<Running> {
  const server = new Running(program);
  for (let waitedMs = 0; waitedMs < readyTimeoutMs && !server.ended; waitedMs += readyPollMs) {
    if (await takesConnections(port)) return server;
    await delay(readyPollMs);
  }
  const { reason, output } = await server.stop();
  throw new Error(`server took no connection: ${reason}\n${output}`);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("the probe listens on no port");
  return address.port;
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
