// SPDX-License-Identifier: Apache-2.0
import type { StreamError } from "../../src/http2/errors.js";
import type { StreamListener } from "../../src/http2/host.js";
import type { FieldSection } from "../../src/http2/hpack/field-section.js";
import type { Stream } from "../../src/http2/stream.js";
import { okTrailers, responseHead } from "../support/http2-pair.js";
import type { Random } from "../support/random.js";

/** How a server's handler answers, or a client's caller reads. */
export type Behaviour = "unary" | "early" | "trailersOnly" | "stream" | "large" | "reset" | "deaf" | "eager";

export const behaviours: readonly Behaviour[] = [
  "unary",
  "unary",
  "early",
  "trailersOnly",
  "stream",
  "large",
  "reset",
  "deaf",
];

const answer = Uint8Array.from({ length: 64 }, (_, index) => index);
/** More than a stream's first window, so that it queues. */
const largeAnswer = new Uint8Array(100_000);

/** The owner of one stream: notes what it hears out of order, and behaves as told. */
export class ProbeStream implements StreamListener {
  stream: Stream | undefined;
  readonly violations: string[];
  readonly role: "client" | "server";
  readonly behaviour: Behaviour;
  /** What ended it, as far as this side has heard or said. */
  end: "none" | "complete" | "reset" | "own" = "none";
  /** Server: the whole answer was handed over, after which no complete request need come. */
  answered = false;
  heads = 0;
  unread = 0;

  constructor(role: "client" | "server", behaviour: Behaviour, violations: string[]) {
    this.role = role;
    this.behaviour = behaviour;
    this.violations = violations;
  }

  /** Server: the request's head has come. */
  opened(endStream: boolean): void {
    if (endStream) this.end = "complete";
    switch (this.behaviour) {
      case "early":
        this.#answer(answer);
        return;
      case "trailersOnly":
        this.#finish();
        return;
      case "reset":
        this.end = "own";
        this.stream?.reset(8);
        this.stream?.release();
        return;
      case "stream":
        this.stream?.sendHeaders(responseHead, false);
    }
    if (endStream) this.#requestEnded();
  }

  headersReceived(_fields: FieldSection, endStream: boolean): void {
    this.#hears("headers");
    this.heads += 1;
    const most = this.role === "client" ? 2 : 1;
    if (this.heads > most) this.violations.push(`${this.heads} field sections on one stream`);
    if (this.role === "server" && !endStream) this.violations.push("a request's trailers without its end");
    if (endStream) this.#ends("complete");
  }

  dataReceived(chunk: Uint8Array, start: number, end: number, endStream: boolean): void {
    this.#hears("data");
    if (start < 0 || end < start || end > chunk.length) this.violations.push(`data range ${start}-${end}`);
    if (start === end && !endStream) this.violations.push("an empty range that does not end the stream");
    if (this.role === "client" && this.heads === 0) this.violations.push("data before the response head");
    this.unread += end - start;
    if (this.behaviour !== "deaf") this.readAll();
    if (this.behaviour === "stream" && this.role === "server") this.stream?.sendData(answer, false);
    if (endStream) this.#ends("complete");
  }

  outputDrained(): void {}

  streamReset(error: StreamError): void {
    this.#hears("reset");
    if (!(error.errorCode >= 0 && error.errorCode <= 0xffff_ffff)) this.violations.push("a reset without a code");
    if (error.message === "") this.violations.push("a reset that gives no reason");
    this.end = "reset";
    if (this.role === "server") this.stream?.release();
  }

  /** Takes what has been received. */
  readAll(): void {
    const { unread } = this;
    this.unread = 0;
    if (unread > 0) this.stream?.consumed(unread);
  }

  #hears(what: string): void {
    if (this.end === "reset" || this.end === "own") this.violations.push(`${what} after the stream's ${this.end}`);
    if (this.end === "complete" && what !== "reset") this.violations.push(`${what} after END_STREAM`);
  }

  #ends(how: "complete"): void {
    this.end = how;
    if (this.role === "server") this.#requestEnded();
  }

  #requestEnded(): void {
    switch (this.behaviour) {
      case "unary":
        this.#answer(answer);
        return;
      case "large":
        this.#answer(largeAnswer);
        return;
      case "stream":
        this.#finish();
    }
  }

  #answer(bytes: Uint8Array): void {
    this.stream?.sendHeaders(responseHead, false);
    this.stream?.sendData(bytes, false);
    this.#finish();
  }

  #finish(): void {
    this.answered = true;
    this.stream?.sendHeaders(okTrailers, true);
    this.stream?.release();
  }
}

/** A behaviour for the next stream. */
export function pickBehaviour(random: Random): Behaviour {
  return random.pick(behaviours);
}
