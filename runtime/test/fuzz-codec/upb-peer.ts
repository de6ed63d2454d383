// SPDX-License-Identifier: Apache-2.0
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { runChecked } from "../../../scripts/child-process.js";
import { readFrames, writeFrame } from "../conformance/frame.js";

/** What upb is asked about: an input, and what re-encoding the message decoded from it gave, if it was decoded. */
export interface UpbQuestion {
  /** Index among the types that the peer was opened with. */
  readonly type: number;
  readonly input: Uint8Array;
  readonly encoded: Uint8Array | undefined;
}

/**
 * `accepted`: the input is a message, and the re-encoding means the same one. `differs`: it means another one; both as
 * upb writes them. `broken`: upb accepts the input and rejects the re-encoding.
 */
export type UpbAnswer =
  | { readonly outcome: "rejected" | "accepted" | "broken" }
  | { readonly outcome: "differs"; readonly expected: Uint8Array; readonly actual: Uint8Array };

const pythonPackage = "protobuf==7.36.2";
const program = fileURLToPath(new URL("peers/upb.py", import.meta.url));
const environment = fileURLToPath(new URL("../../../.cache/fuzz/python-protobuf/", import.meta.url));
const installTimeoutMs = 180_000;
const noEncoding = 0xffff_ffff;

/** Google's upb in one Python process for a whole run, which ends when disposed. */
export class UpbPeer implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #replies: AsyncGenerator<Uint8Array>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    this.#replies = readFrames(child.stdout, true);
    // Whoever asks next hears of it; its own words are on stderr.
    child.stdin.on("error", () => child.stdin.destroy());
  }

  /** Installs the package once into `.cache/fuzz` and starts it. Rejects where python3 with venv is missing. */
  static async open(descriptors: Uint8Array, typeNames: readonly string[]): Promise<UpbPeer> {
    const python = join(environment, "bin/python");
    const found =
      existsSync(python) &&
      spawnSync(python, ["-c", `import google.protobuf as p; assert p.__version__ == "${pythonPackage.slice(10)}"`])
        .status === 0;
    if (!found) {
      process.stderr.write(`installing ${pythonPackage} (once)\n`);
      await runChecked("python3", ["-m", "venv", "--clear", environment], { timeoutMs: installTimeoutMs });
      const install = ["-m", "pip", "install", "--quiet", pythonPackage];
      await runChecked(python, install, { timeoutMs: installTimeoutMs });
    }
    const peer = new UpbPeer(spawn(python, [program], { stdio: ["pipe", "pipe", "inherit"] }));
    await writeFrame(peer.#child.stdin, descriptors, true);
    await writeFrame(peer.#child.stdin, Buffer.from(typeNames.join("\n")), true);
    return peer;
  }

  /** Asks about a batch. Rejects when the process has ended. */
  async ask(questions: readonly UpbQuestion[]): Promise<UpbAnswer[]> {
    if (questions.length === 0) return [];
    await writeFrame(this.#child.stdin, encodeQuestions(questions), true);
    const reply = await this.#replies.next();
    if (reply.done) throw new Error(`upb ended with ${questions.length} inputs unanswered`);
    const answers = decodeAnswers(reply.value);
    if (answers.length !== questions.length) {
      throw new Error(`upb answered ${answers.length} of ${questions.length} inputs`);
    }
    return answers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    await this.#replies.return(undefined);
    if (this.#child.exitCode === null) this.#child.kill("SIGTERM");
  }
}

function encodeQuestions(questions: readonly UpbQuestion[]): Uint8Array {
  const bytes = questions.reduce((sum, { input, encoded }) => sum + 10 + input.length + (encoded?.length ?? 0), 0);
  const batch = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const { type, input, encoded } of questions) {
    at = batch.writeUInt16LE(type, at);
    at = batch.writeUInt32LE(input.length, at);
    batch.set(input, at);
    at += input.length;
    at = batch.writeUInt32LE(encoded?.length ?? noEncoding, at);
    batch.set(encoded ?? [], at);
    at += encoded?.length ?? 0;
  }
  return batch;
}

const outcomes = ["rejected", "accepted", "differs", "broken"] as const;

function decodeAnswers(reply: Uint8Array): UpbAnswer[] {
  const view = new DataView(reply.buffer, reply.byteOffset, reply.byteLength);
  const answers: UpbAnswer[] = [];
  let at = 0;
  const bytes = (): Uint8Array => {
    const length = view.getUint32(at, true);
    at += 4 + length;
    return reply.slice(at - length, at);
  };
  while (at < reply.length) {
    const outcome = outcomes[reply[at++]];
    answers.push(outcome === "differs" ? { outcome, expected: bytes(), actual: bytes() } : { outcome });
  }
  return answers;
}
