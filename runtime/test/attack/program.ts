// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const answerTimeoutMs = 60_000;
const stopTimeoutMs = 3_000;

/** What a program answers, by the question's name. */
export type Answers = Readonly<Record<string, (input: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

interface Answer {
  readonly id: number;
  readonly output?: unknown;
  readonly error?: string;
}

export interface StartOptions {
  /** Given to the program as its first argument, as JSON. */
  readonly input?: unknown;
  /** Largest number of file descriptors the program may open. */
  readonly maxDescriptors?: number | undefined;
  /** Size of V8's young generation, of which it holds up to three. Default 16 MiB, V8's own largest. */
  readonly youngMiB?: number | undefined;
}

/** A process of our own, started with `--expose-gc`, that is asked questions. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(output: unknown): void; reject(reason: Error): void }>();
  #lastId = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (message: Answer) => this.#answered(message));
    child.on("exit", (code, signal) => this.#ended(`the program ended (${code ?? signal})`));
  }

  /** Starts a script of this folder or another; resolves once it answers. */
  static async start(script: URL, options: StartOptions = {}): Promise<Program> {
    // V8's young generation at its full size from the start to the end: how large it is, is no attack's doing.
    const { youngMiB = 16 } = options;
    const young = [`--min-semi-space-size=${youngMiB}`, `--max-semi-space-size=${youngMiB}`, "--no-memory-reducer"];
    // What is measured goes before what else the machine has to do; only root may say so.
    const first = process.getuid?.() === 0 ? ["nice", "-n", "-10"] : [];
    const node = [...first, process.execPath, "--expose-gc", ...young, "--import", "tsx", fileURLToPath(script)];
    const command = [...node, JSON.stringify(options.input ?? {})];
    const limited = ["sh", "-c", `ulimit -n ${options.maxDescriptors}; exec "$@"`, "sh", ...command];
    const [file, ...args] = (options.maxDescriptors === undefined ? command : limited) as [string, ...string[]];
    // What is freed goes back to the system at once, chunks of 16 KiB among it: glibc would keep them for later between
    // what is still in use, up to 20 MiB of them, and the resident set would say little.
    const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: "16384", MALLOC_TRIM_THRESHOLD_: "131072" };
    const child = spawn(file, args, { cwd: repository, env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const program = new Program(child);
    await program.ask("ready");
    return program;
  }

  /** Whether the process is there. */
  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Rejects when the program fails at it, ends, or says nothing for a minute and what the work itself takes. */
  ask<T>(name: string, input?: unknown, workMs = 0): Promise<T> {
    if (!this.running) return Promise.reject(new Error(`asked "${name}", but the program has ended`));
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`no answer to "${name}" within ${answerTimeoutMs + workMs} ms`));
      }, answerTimeoutMs + workMs);
      this.#waiting.set(id, {
        resolve(output) {
          clearTimeout(timer);
          resolve(output as T);
        },
        reject(reason) {
          clearTimeout(timer);
          reject(reason);
        },
      });
      this.#child.send({ id, name, input } satisfies Question);
    });
  }

  /** Sends a signal; resolves with the exit code, and with undefined when a signal ended it. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | undefined> {
    if (this.running) {
      const ended = once(this.#child, "exit");
      this.#child.kill(signal);
      await ended;
    }
    return this.#child.exitCode ?? undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), stopTimeoutMs);
    await this.end();
    clearTimeout(timer);
  }

  #answered({ id, output, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(output);
    else waiting?.reject(new Error(error));
  }

  #ended(reason: string): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(reason));
    this.#waiting.clear();
  }
}

/** Answers the questions of whoever started this process; ends with it. */
export function answer<Input>(answers: (input: Input) => Promise<Answers>): void {
  const ready = answers(JSON.parse(process.argv[2] ?? "{}") as Input);
  process.on("disconnect", () => process.exit(0));
  process.on("message", async ({ id, name, input }: Question) => {
    try {
      const known = await ready;
      const reply = name === "ready" ? () => true : known[name];
      if (reply === undefined) throw new Error(`unknown question "${name}"`);
      process.send?.({ id, output: await reply(input as never) } satisfies Answer);
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}
