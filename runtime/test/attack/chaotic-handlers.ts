// SPDX-License-Identifier: Apache-2.0
import { Code, createOutbox, type ServerContext, StatusError } from "../../src/node/index.js";
import type { Text, TextHandlers } from "../support/text-service.js";

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** More are not kept: the record must not look like a leak. */
const maxDelays = 10_000;

/** Handlers that do what a request's first word says, most of it wrong; they echo otherwise. */
export class ChaoticHandlers implements TextHandlers {
  #abortDelaysMs: number[] = [];
  #started = 0;
  #running = 0;
  #peak = 0;

  async one(request: Text, context: ServerContext): Promise<Text> {
    const [word, value] = request.text.split(" ");
    switch (word) {
      // Work that does not hear of a cancel, as most of the world's.
      case "hold":
        await this.#counted(() => wait(Number(value)));
        return request;
      case "sleep":
        await this.#counted(() => aborted(context.signal));
        if (this.#abortDelaysMs.length < maxDelays) this.#abortDelaysMs.push(Date.now() - (context.deadline ?? 0));
        throw new Error("nobody waits any more");
      case "throw":
        throw new StatusError(Code.NOT_FOUND, "thrown");
      case "reject":
        return Promise.reject(new Error("a bug"));
      case "reject-nothing":
        return Promise.reject(undefined);
      case "never":
        return new Promise(() => {});
      case "nonsense":
        return undefined as unknown as Text;
      default:
        return request;
    }
  }

  down(request: Text, context: ServerContext): AsyncIterable<Text> | Iterable<Text> {
    const [word, value] = request.text.split(" ");
    switch (word) {
      case "big":
        return this.#big(Number(value));
      case "throw":
        throw new StatusError(Code.ABORTED, "thrown before the first message");
      case "throw-later":
        return this.#throwLater();
      case "outbox-ends-twice": {
        const outbox = createOutbox<Text>();
        outbox.send({ text: "one" }).catch(() => undefined);
        outbox.end();
        outbox.end();
        return outbox;
      }
      case "outbox-sends-late": {
        const outbox = createOutbox<Text>();
        outbox.end();
        outbox.send({ text: "late" }).catch(() => undefined);
        return outbox;
      }
      case "headers-twice":
        context.sendHeaders();
        context.sendHeaders();
        return [request];
      case "no-iterable":
        return undefined as unknown as Iterable<Text>;
      default:
        return request.text.split(" ").map((text) => ({ text }));
    }
  }

  async up(requests: AsyncIterable<Text>, context: ServerContext): Promise<Text> {
    const texts: string[] = [];
    for await (const { text } of requests) {
      // Reads no further, and holds what has come.
      if (text === "deaf") await aborted(context.signal);
      if (text === "leave") return { text: "left" };
      texts.push(text);
    }
    return { text: texts.join(" ") };
  }

  async *both(requests: AsyncIterable<Text>): AsyncIterable<Text> {
    for await (const { text } of requests) {
      if (text === "throw") throw new StatusError(Code.DATA_LOSS, "thrown between messages");
      yield { text };
    }
  }

  /** Counts of handlers that hold or sleep; the peak starts again. */
  takeCounts(): { started: number; running: number; peak: number } {
    const counts = { started: this.#started, running: this.#running, peak: this.#peak };
    this.#peak = this.#running;
    return counts;
  }

  /** Milliseconds from a sleeping call's deadline until its handler saw the cancel; the record starts again. */
  takeAbortDelays(): readonly number[] {
    const delays = this.#abortDelaysMs;
    this.#abortDelaysMs = [];
    return delays;
  }

  async *#big(messages: number): AsyncIterable<Text> {
    const text = "x".repeat(16 * 1024 - 5);
    for (let sent = 0; sent < messages; sent++) yield { text };
  }

  async *#throwLater(): AsyncIterable<Text> {
    yield { text: "one" };
    throw new Error("a bug after the first message");
  }

  async #counted(work: () => Promise<void>): Promise<void> {
    this.#started += 1;
    this.#running += 1;
    this.#peak = Math.max(this.#peak, this.#running);
    await work();
    this.#running -= 1;
  }
}
