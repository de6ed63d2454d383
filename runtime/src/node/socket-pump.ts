// SPDX-License-Identifier: Apache-2.0
import type { Duplex } from "node:stream";
import type { ByteEndpoint, EndpointHost } from "../transport/socket.js";
import { nodeClock } from "./clock.js";
import { readingTurn } from "./reading-turn.js";

/** More output is taken only while fewer bytes than this are with the socket. */
const maxInFlightBytes = 64 * 1024;
/** How long last bytes may make no progress towards a peer that does not read. */
const outputLingerMs = 5_000;
/** How long a peer may take to end its side once we have ended ours. */
const finLingerMs = 1_000;
/** Between two reads of what is only dropped: a peer that floods on must not cost the other connections their turns. */
const dropPauseMs = 10;

const resolved = Promise.resolve();

function readOn(pump: SocketPump): void {
  pump.readOn();
}

/**
 * Moves bytes between a socket and an endpoint, and feeds it time. Output of one turn, also of handlers that resolve in
 * microtasks, leaves in one write; a write that makes no progress stops the taking of output. The socket is destroyed
 * in the end whatever the peer does, and nothing stays behind: no listener, no timer.
 */
export class SocketPump implements EndpointHost {
  readonly #socket: Duplex;
  #endpoint: ByteEndpoint | undefined;
  /** "ended": the endpoint is done and its last bytes are on their way; "closed": the socket is gone. */
  #state: "open" | "ended" | "closed" = "open";
  #reading: "reading" | "paused" = "reading";
  /** Set while input waits for a later turn: the chunk given here, or what the endpoint itself holds back. */
  #held: NodeJS.Immediate | undefined;
  #heldChunk: Uint8Array | undefined;
  #turnEnd: "idle" | "scheduled" = "idle";
  #inFlightBytes = 0;
  /** Lengths of the writes under way, oldest first; `#oldestWrite` is where they start. */
  #writes: number[] = [];
  #oldestWrite = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #timerIsStale = false;
  #linger: NodeJS.Timeout | undefined;
  #dropPause: NodeJS.Timeout | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
    // From the first moment: an "error" that nobody hears ends the process.
    socket.on("error", (error) => this.#inputEnded(error));
    socket.on("close", () => this.#closed());
  }

  /** Starts to pump. `head` is what has been read from the socket already. */
  start(create: (host: EndpointHost) => ByteEndpoint, head?: Uint8Array): void {
    const socket = this.#socket as Duplex & { setNoDelay?: (on: boolean) => void };
    socket.setNoDelay?.(true);
    const endpoint = create(this);
    this.#endpoint = endpoint;
    if (socket.destroyed || socket.readableEnded || socket.errored !== null) {
      endpoint.inputEnded(socket.errored ?? undefined);
      if (socket.destroyed) this.#closed();
      return;
    }
    socket.on("data", (chunk: Buffer) => this.#received(chunk));
    socket.on("end", () => this.#inputEnded(undefined));
    this.timeoutChanged();
    if (head !== undefined) this.#received(head);
    // Whoever read the head has paused the socket, which a listener for "data" does not undo.
    if (this.#state === "open" && this.#reading === "reading" && this.#held === undefined) socket.resume();
  }

  now(): number {
    return nodeClock.now();
  }

  outputReady(): void {
    this.#scheduleTurnEnd();
  }

  timeoutChanged(): void {
    this.#timerIsStale = true;
    this.#scheduleTurnEnd();
  }

  inputPaused(): void {
    this.#reading = "paused";
    this.#socket.pause();
  }

  inputResumed(): void {
    this.#reading = "reading";
    if (this.#held === undefined) this.#socket.resume();
  }

  connectionEnded(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#dropHeld();
    // Read on and drop: unread input would turn the close into a TCP reset, which takes our last bytes with it.
    this.#socket.resume();
    this.#armLinger(outputLingerMs);
    this.#scheduleTurnEnd();
  }

  #received(chunk: Uint8Array): void {
    if (this.#state === "ended") this.#dropped();
    if (this.#state !== "open" || this.#endpoint === undefined) return;
    // A plain Uint8Array: a Buffer's `slice` would give the portable core a view where it asks for a copy.
    const bytes = new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength);
    if (readingTurn.mustWait) this.#hold(bytes);
    else if (!this.#endpoint.receive(bytes)) this.#hold(undefined);
  }

  #dropped(): void {
    this.#socket.pause();
    this.#dropPause ??= setTimeout(() => {
      this.#dropPause = undefined;
      this.#socket.resume();
    }, dropPauseMs).unref();
  }

  #hold(chunk: Uint8Array | undefined): void {
    if (this.#state !== "open") return;
    this.#socket.pause();
    this.#heldChunk = chunk;
    readingTurn.waiting += 1;
    this.#held = setImmediate(readOn, this);
  }

  /** Takes up what is held back, if this turn has time for it. */
  readOn(): void {
    if (readingTurn.over) {
      this.#held = setImmediate(readOn, this);
      return;
    }
    const chunk = this.#heldChunk;
    this.#dropHeld();
    if (this.#endpoint === undefined) return;
    const done = chunk === undefined ? this.#endpoint.continueReceive() : this.#endpoint.receive(chunk);
    if (!done) this.#hold(undefined);
    else if (this.#state === "open" && this.#reading === "reading") this.#socket.resume();
  }

  #dropHeld(): void {
    if (this.#held === undefined) return;
    clearImmediate(this.#held);
    this.#held = undefined;
    this.#heldChunk = undefined;
    readingTurn.waiting -= 1;
  }

  #inputEnded(reason: Error | undefined): void {
    if (this.#state !== "open" || this.#endpoint === undefined) return;
    const chunk = this.#heldChunk;
    this.#dropHeld();
    // It came before the end, so it counts.
    if (chunk !== undefined) this.#endpoint.receive(chunk);
    this.#endpoint.inputEnded(reason);
    // Now, not at the turn's end: a socket without allowHalfOpen closes its writing side right after "end".
    if (reason === undefined) this.#flush();
  }

  /**
   * A tick scheduled from a microtask runs once the microtask queue is empty, so after every handler that settles in
   * this turn; a tick scheduled directly would run before them. A settled promise is the cheapest way there.
   */
  #scheduleTurnEnd(): void {
    if (this.#turnEnd === "scheduled") return;
    this.#turnEnd = "scheduled";
    resolved.then(this.#scheduleTick);
  }

  readonly #scheduleTick = () => process.nextTick(this.#endTurn);

  readonly #endTurn = () => {
    this.#turnEnd = "idle";
    this.#flush();
    if (this.#timerIsStale) this.#armTimer();
  };

  #flush(): void {
    const endpoint = this.#endpoint;
    if (endpoint === undefined || this.#socket.destroyed || this.#socket.writableEnded) return;
    while (this.#inFlightBytes < maxInFlightBytes) {
      const bytes = endpoint.takeOutput();
      if (bytes === undefined) {
        if (this.#state === "ended") this.#endOutput();
        return;
      }
      this.#inFlightBytes += bytes.byteLength;
      this.#writes.push(bytes.byteLength);
      this.#socket.write(bytes, this.#written);
    }
  }

  /** Writes complete in order, so one callback serves them all. */
  readonly #written = (error?: Error | null) => {
    if (error) return; // The socket reports it with "error" or "close".
    const bytes = this.#writes[this.#oldestWrite] as number;
    this.#oldestWrite += 1;
    if (this.#oldestWrite === this.#writes.length) {
      this.#writes.length = 0;
      this.#oldestWrite = 0;
    }
    const wasFull = this.#inFlightBytes >= maxInFlightBytes;
    this.#inFlightBytes -= bytes;
    if (this.#state === "closed") return;
    this.#endpoint?.outputWritten(bytes);
    if (this.#state === "ended" && !this.#socket.writableEnded) this.#armLinger(outputLingerMs);
    if (wasFull && this.#inFlightBytes < maxInFlightBytes) this.#flush();
  };

  #endOutput(): void {
    this.#socket.end(() => {
      if (this.#state !== "closed") this.#armLinger(finLingerMs);
    });
    if (this.#socket.readableEnded) this.#armLinger(finLingerMs);
  }

  #armLinger(delayMs: number): void {
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => this.#socket.destroy(), delayMs);
    this.#linger.unref();
  }

  /** One timer, moved only when the next time comes earlier; one that fires too soon re-arms itself. */
  #armTimer(): void {
    this.#timerIsStale = false;
    if (this.#state !== "open" || this.#endpoint === undefined) return;
    const dueAt = this.#endpoint.nextTimeout();
    if (dueAt >= this.#timerAt || dueAt === Number.POSITIVE_INFINITY) return;
    clearTimeout(this.#timer);
    this.#timerAt = dueAt;
    const delayMs = Math.min(Math.max(1, Math.ceil(dueAt - nodeClock.now())), 2 ** 31 - 1);
    this.#timer = setTimeout(this.#timedOut, delayMs);
    this.#timer.unref();
  }

  readonly #timedOut = () => {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const endpoint = this.#endpoint;
    if (this.#state !== "open" || endpoint === undefined) return;
    const now = nodeClock.now();
    if (endpoint.nextTimeout() <= now) endpoint.handleTimeout(now);
    this.#armTimer();
  };

  #closed(): void {
    if (this.#state === "closed") return;
    this.#inputEnded(undefined);
    this.#state = "closed";
    clearTimeout(this.#timer);
    clearTimeout(this.#linger);
    clearTimeout(this.#dropPause);
    this.#endpoint = undefined;
  }
}
