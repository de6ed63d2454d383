// SPDX-License-Identifier: Apache-2.0
import type { ConnectionError } from "../http2/errors.js";
import type { EndpointHost } from "./socket.js";

/** A socket pump whose connection's end is told to the connection's owner, too: after the pump has heard of it. */
export class WatchedHost implements EndpointHost {
  readonly #host: EndpointHost;
  readonly #ended: (error: ConnectionError | undefined) => void;

  constructor(host: EndpointHost, ended: (error: ConnectionError | undefined) => void) {
    this.#host = host;
    this.#ended = ended;
  }

  now(): number {
    return this.#host.now();
  }

  outputReady(): void {
    this.#host.outputReady();
  }

  timeoutChanged(): void {
    this.#host.timeoutChanged();
  }

  inputPaused(): void {
    this.#host.inputPaused();
  }

  inputResumed(): void {
    this.#host.inputResumed();
  }

  connectionEnded(error: ConnectionError | undefined): void {
    this.#host.connectionEnded(error);
    this.#ended(error);
  }
}
