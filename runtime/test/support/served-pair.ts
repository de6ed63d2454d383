// SPDX-License-Identifier: Apache-2.0
import type { PetrelServer } from "../../src/server/server.js";
import type { ByteEndpoint, EndpointHost } from "../../src/transport/socket.js";
import { type FakeDial, type FakePlatform, settled } from "./fake-platform.js";

/** One end whose bytes the test passes on. */
class HandSide implements EndpointHost {
  endpoint: ByteEndpoint | undefined;
  state: "open" | "ended" = "open";
  readonly #platform: FakePlatform;

  constructor(platform: FakePlatform) {
    this.#platform = platform;
  }

  now(): number {
    return this.#platform.clock.now();
  }
  outputReady(): void {}
  timeoutChanged(): void {}
  inputPaused(): void {}
  inputResumed(): void {}
  connectionEnded(): void {
    this.state = "ended";
  }

  take(): Uint8Array | undefined {
    const bytes = this.endpoint?.takeOutput()?.slice();
    if (bytes !== undefined) this.endpoint?.outputWritten(bytes.length);
    return bytes;
  }

  give(bytes: Uint8Array): void {
    if (this.endpoint === undefined || this.state === "ended" || bytes.length === 0) return;
    let whole = this.endpoint.receive(bytes);
    for (let turns = 0; !whole && turns < 1_000; turns++) whole = this.endpoint.continueReceive();
  }
}

/** A server and the channel that dials it, joined by hand, so that a test may cut between any two bytes. */
export class ServedPair {
  readonly #client: HandSide;
  readonly #server: HandSide;

  constructor(platform: FakePlatform, server: PetrelServer, dial: FakeDial) {
    this.#client = new HandSide(platform);
    this.#server = new HandSide(platform);
    server.acceptConnection({
      peer: { address: "192.0.2.2", port: 1 },
      attach: (create) => {
        this.#server.endpoint = create(this.#server);
      },
    });
    this.#client.endpoint = dial.connect(this.#client);
  }

  /**
   * Passes bytes both ways until nothing moves, or until `from` has passed so many: then both ends lose the connection.
   * Resolves to the bytes passed in that direction.
   */
  async run(cut: { readonly from: "client" | "server"; readonly afterBytes: number }): Promise<number> {
    let passed = 0;
    const [sender, receiver] = cut.from === "client" ? [this.#client, this.#server] : [this.#server, this.#client];
    for (let round = 0; round < 1_000; round++) {
      await settled();
      const bytes = sender.take();
      const back = receiver.take();
      if (bytes === undefined && back === undefined) return passed;
      if (bytes !== undefined) {
        const rest = cut.afterBytes - passed;
        receiver.give(bytes.subarray(0, Math.min(bytes.length, rest)));
        passed += Math.min(bytes.length, rest);
        if (bytes.length > rest || rest === 0) {
          this.#cut();
          await settled();
          return passed;
        }
      }
      if (back !== undefined) sender.give(back);
    }
    throw new Error("the ends never come to rest");
  }

  #cut(): void {
    for (const side of [this.#client, this.#server]) {
      if (side.state === "open") side.endpoint?.inputEnded(new Error("the connection was cut"));
    }
  }
}
