// SPDX-License-Identifier: Apache-2.0
import { DeadlineTimer } from "../call/deadline-timer.js";
import type { ServerEngine } from "../call/server-engine.js";
import type { TimerWheel } from "../call/timer-wheel.js";
import type { Exchange, ExchangeListener, Field, FieldSection } from "../transport/exchange.js";

const patienceBytes = 64 * 1024;
const patienceMs = 100;

/**
 * A request that no call is made of: its answer waits for the request's end, so that what is malformed in the rest is
 * still called so, but not for more than 64 KiB of it or a tenth of a second: a client that streams may wait for us.
 */
export class RefusedExchange implements ExchangeListener {
  readonly #exchange: Exchange;
  readonly #fields: readonly Field[];
  readonly #body: Uint8Array | undefined;
  readonly #wheel: TimerWheel;
  readonly #timer = new DeadlineTimer(this);
  #state: "waiting" | "answered" = "waiting";
  #receivedBytes = 0;

  constructor(exchange: Exchange, fields: readonly Field[], body: Uint8Array | undefined, engine: ServerEngine) {
    this.#exchange = exchange;
    this.#fields = fields;
    this.#body = body;
    this.#wheel = engine.wheel;
    this.#wheel.set(this.#timer, engine.platform.clock.now() + patienceMs);
  }

  deadlinePassed(): void {
    this.#answer();
  }

  dataReceived(_chunk: Uint8Array, start: number, end: number, endStream: boolean): void {
    this.#exchange.consumed(end - start);
    this.#receivedBytes += end - start;
    if (endStream || this.#receivedBytes > patienceBytes) this.#answer();
  }

  headersReceived(_fields: FieldSection, endStream: boolean): void {
    if (endStream) this.#answer();
  }

  outputDrained(): void {}

  streamReset(): void {
    if (this.#state === "answered") return;
    this.#answered();
    this.#exchange.release();
  }

  #answer(): void {
    if (this.#state === "answered") return;
    this.#answered();
    this.#exchange.sendHeaders(this.#fields, this.#body === undefined);
    if (this.#body !== undefined) this.#exchange.sendData(this.#body, true);
    this.#exchange.release();
  }

  #answered(): void {
    this.#state = "answered";
    this.#wheel.clear(this.#timer);
  }
}
