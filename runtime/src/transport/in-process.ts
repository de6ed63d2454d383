// SPDX-License-Identifier: Apache-2.0
import type { ConnectionError } from "../http2/errors.js";
import type { Clock, Timer } from "../rpc/clock.js";
import type { Peer } from "../rpc/peer.js";
import type { ByteEndpoint, DialAttempt, DialListener, EndpointHost, IncomingConnection } from "./socket.js";

/** Who is at the other end inside the process. */
export const inProcessPeer: Peer = Object.freeze({ address: "in-process" });

/**
 * Connects a client's dial to a server's `accept` without a socket. Both ends speak HTTP/2 as over a wire, limits and
 * flow control included; bytes are copied over in microtasks. The dial succeeds one microtask later.
 */
export function dialInProcess(
  clock: Clock,
  accept: (incoming: IncomingConnection) => void,
  listener: DialListener,
): DialAttempt {
  let state: "dialing" | "settled" = "dialing";
  queueMicrotask(() => {
    if (state === "settled") return;
    state = "settled";
    const client = new MemorySide(clock);
    const server = new MemorySide(clock);
    client.other = server;
    server.other = client;
    accept({ peer: inProcessPeer, attach: (create) => server.attach(create(server)) });
    if (!server.attached) {
      listener.failed(new Error("the server in this process refused the connection: it is shut down"));
      return;
    }
    client.attach(listener.connected(client, inProcessPeer));
  });
  return {
    cancel() {
      state = "settled";
    },
  };
}

/** One end: pumps its endpoint's output to the other end, and its endpoint's timeouts. */
class MemorySide implements EndpointHost {
  other: MemorySide | undefined = undefined;
  readonly #clock: Clock;
  #endpoint: ByteEndpoint | undefined;
  /** "ended": the endpoint is done; what it still gives is passed on, then the other end hears of the end. */
  #state: "open" | "ended" | "closed" = "open";
  /** "paused": the endpoint wants no more for now. */
  #input: "open" | "paused" = "open";
  /** "later": the endpoint has used up this turn and continues in the next. */
  #turn: "now" | "later" = "now";
  #pump: "idle" | "scheduled" = "idle";
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get attached(): boolean {
    return this.#endpoint !== undefined;
  }

  attach(endpoint: ByteEndpoint): void {
    this.#endpoint = endpoint;
    this.#schedulePump();
    this.#wakeOther();
    this.timeoutChanged();
  }

  now(): number {
    return this.#clock.now();
  }

  outputReady(): void {
    this.#schedulePump();
  }

  timeoutChanged(): void {
    const at = this.#endpoint?.nextTimeout() ?? Number.POSITIVE_INFINITY;
    if (this.#state !== "open" || at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.setTimer(Math.max(0, at - this.#clock.now()), () => this.#timeReached());
  }

  inputPaused(): void {
    this.#input = "paused";
  }

  inputResumed(): void {
    this.#input = "open";
    this.#wakeOther();
  }

  connectionEnded(_error: ConnectionError | undefined): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#timer?.cancel();
    this.#schedulePump();
  }

  #timeReached(): void {
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    // Timeouts mostly move back between arming and firing: the timer is armed anew only here.
    if (this.#endpoint !== undefined && this.#endpoint.nextTimeout() <= now) this.#endpoint.handleTimeout(now);
    this.timeoutChanged();
  }

  /** What the other side held back for us may go on. */
  #wakeOther(): void {
    if (this.other !== undefined) this.other.#schedulePump();
  }

  #schedulePump(): void {
    if (this.#pump === "scheduled" || this.#state === "closed") return;
    this.#pump = "scheduled";
    queueMicrotask(() => {
      this.#pump = "idle";
      this.#passOn();
    });
  }

  #passOn(): void {
    const { other } = this;
    const endpoint = this.#endpoint;
    if (endpoint === undefined || other === undefined || this.#state === "closed") return;
    if (other.#endpoint === undefined) return;
    if (other.#turn === "later") return;
    if (other.#state === "open" && other.#input === "open") {
      const bytes = endpoint.takeOutput();
      if (bytes !== undefined) {
        // Copied: messages may be decoded as views of the chunk, and the sender reuses its output.
        const chunk = bytes.slice();
        endpoint.outputWritten(chunk.length);
        if (!other.#endpoint.receive(chunk)) other.#continueLater();
        this.#schedulePump();
        return;
      }
    }
    if (this.#state === "ended") this.#close(other);
  }

  #close(other: MemorySide): void {
    this.#state = "closed";
    if (other.#state === "open") other.#endpoint?.inputEnded();
  }

  #continueLater(): void {
    this.#turn = "later";
    queueMicrotask(() => {
      this.#turn = "now";
      if (this.#state === "open" && this.#endpoint?.continueReceive() === false) this.#continueLater();
      else this.#wakeOther();
    });
  }
}
