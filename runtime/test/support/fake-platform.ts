// SPDX-License-Identifier: Apache-2.0
import type { Clock, Timer } from "../../src/rpc/clock.js";
import type { Compressor } from "../../src/rpc/compression.js";
import type { Peer } from "../../src/rpc/peer.js";
import type { ContextStorage } from "../../src/rpc/server-context.js";
import { dialInProcess } from "../../src/transport/in-process.js";
import type { DialOptions, Platform, PlatformListener } from "../../src/transport/platform.js";
import type {
  ByteEndpoint,
  DialAttempt,
  DialListener,
  EndpointHost,
  IncomingConnection,
  SocketAddress,
} from "../../src/transport/socket.js";

/** Time that moves when told to. */
export class FakeClock implements Clock {
  #now = 1_000;
  #timers = new Set<{ at: number; callback: () => void }>();

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  epochNow(): number {
    return 1_700_000_000_000 + this.#now;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const entry = { at: this.#now + delayMs, callback };
    this.#timers.add(entry);
    return { cancel: () => void this.#timers.delete(entry) };
  }

  /** Moves on, firing what comes due in order, with microtasks run after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (let fired = 0; fired < 10_000; fired++) {
      const [next] = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) {
        this.#now = end;
        await settled();
        return;
      }
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settled();
    }
    throw new Error("10,000 timers fired in one advance");
  }
}

/** Lets microtasks run until nothing in memory moves any more. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve();
}

/** One dial of the client under test, to be answered by the test. */
export class FakeDial implements DialAttempt {
  readonly address: SocketAddress;
  readonly options: DialOptions;
  state: "open" | "cancelled" | "answered" = "open";
  readonly #clock: FakeClock;
  readonly #listener: DialListener;

  constructor(clock: FakeClock, address: SocketAddress, options: DialOptions, listener: DialListener) {
    this.#clock = clock;
    this.address = address;
    this.options = options;
    this.#listener = listener;
  }

  cancel(): void {
    if (this.state === "open") this.state = "cancelled";
  }

  fail(message: string): void {
    this.state = "answered";
    this.#listener.failed(new Error(message));
  }

  /** Connects to a server in memory. */
  async accept(accept: (incoming: IncomingConnection) => void): Promise<void> {
    this.state = "answered";
    dialInProcess(this.#clock, accept, this.#listener);
    await settled();
  }

  /** Connects to whatever is behind the host. */
  connect(host: EndpointHost): ByteEndpoint {
    this.state = "answered";
    return this.#listener.connected(host, peer);
  }

  /** Connects to something that accepts and says nothing. The host records whether the client has hung up. */
  blackHole(): BlackHole {
    this.state = "answered";
    const host = new BlackHole(this.#clock);
    host.endpoint = this.#listener.connected(host, peer);
    return host;
  }
}

const peer: Peer = { address: "192.0.2.1", port: 443 };

/** The socket of a peer that never answers. */
export class BlackHole implements EndpointHost {
  endpoint: ByteEndpoint | undefined;
  state: "open" | "ended" = "open";
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  outputReady(): void {}
  timeoutChanged(): void {}
  inputPaused(): void {}
  inputResumed(): void {}

  connectionEnded(): void {
    this.state = "ended";
  }
}

/** A platform without sockets: dials wait for the test, time for `clock.advance`. */
export class FakePlatform implements Platform {
  readonly clock = new FakeClock();
  readonly compressors: readonly Compressor[] = [];
  readonly dials: FakeDial[] = [];
  readonly reports: string[] = [];
  /** Open channels, as `contextStorage` counts them. */
  openChannels = 0;
  readonly contextStorage: ContextStorage = this.#createContextStorage();

  /** The latest dial. */
  get dialed(): FakeDial {
    const dial = this.dials.at(-1);
    if (dial === undefined) throw new Error("nothing was dialed");
    return dial;
  }

  dial(address: SocketAddress, options: DialOptions, listener: DialListener): DialAttempt {
    const dial = new FakeDial(this.clock, address, options, listener);
    this.dials.push(dial);
    return dial;
  }

  listen(): Promise<PlatformListener> {
    return Promise.reject(new Error("the fake platform has no sockets to listen on"));
  }

  adopt(): void {
    throw new Error("the fake platform has no sockets to adopt");
  }

  report(line: string): void {
    this.reports.push(line);
  }

  #createContextStorage(): ContextStorage {
    const platform = this;
    return {
      get enabled() {
        return platform.openChannels > 0;
      },
      run: (_context, callback) => callback(),
      current: () => undefined,
      enable() {
        platform.openChannels++;
        return () => {
          platform.openChannels--;
        };
      },
    };
  }
}
