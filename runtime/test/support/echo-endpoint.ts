// SPDX-License-Identifier: Apache-2.0
import type { ByteEndpoint, EndpointHost } from "../../src/transport/socket.js";

/** Sends back what it receives, and tells its test what happened by events and plain fields. */
export class EchoEndpoint implements ByteEndpoint {
  readonly host: EndpointHost;
  readonly output: Uint8Array[] = [];
  readonly timeouts: number[] = [];
  /** Text of what came in, chunk by chunk. */
  readonly received: string[] = [];
  timeoutAt = Number.POSITIVE_INFINITY;
  writtenBytes = 0;
  takes = 0;
  /** Further calls of `receive` and `continueReceive` that report the turn's budget as used up. */
  heldTurns = 0;
  ended: { readonly reason: Error | undefined } | undefined;
  /** Called for input instead of sending it back. */
  onReceive: ((chunk: Uint8Array) => void) | undefined;
  onEnded: () => void = () => undefined;
  onWritten: () => void = () => undefined;
  onTimeout: () => void = () => undefined;

  constructor(host: EndpointHost) {
    this.host = host;
  }

  receive(chunk: Uint8Array): boolean {
    this.received.push(new TextDecoder().decode(chunk));
    if (this.onReceive === undefined) this.send(chunk);
    else this.onReceive(chunk);
    return this.#withinBudget();
  }

  continueReceive(): boolean {
    return this.#withinBudget();
  }

  inputEnded(reason?: Error): void {
    this.ended = { reason };
    this.host.connectionEnded(undefined);
    this.onEnded();
  }

  takeOutput(): Uint8Array | undefined {
    this.takes += 1;
    return this.output.shift();
  }

  outputWritten(bytes: number): void {
    this.writtenBytes += bytes;
    this.onWritten();
  }

  nextTimeout(): number {
    return this.timeoutAt;
  }

  handleTimeout(now: number): void {
    this.timeouts.push(now);
    this.timeoutAt = Number.POSITIVE_INFINITY;
    this.onTimeout();
  }

  send(bytes: Uint8Array | string): void {
    this.output.push(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    this.host.outputReady();
  }

  setTimeout(at: number): void {
    this.timeoutAt = at;
    this.host.timeoutChanged();
  }

  #withinBudget(): boolean {
    if (this.heldTurns === 0) return true;
    this.heldTurns -= 1;
    return false;
  }
}
