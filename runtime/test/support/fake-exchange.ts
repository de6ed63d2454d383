// SPDX-License-Identifier: Apache-2.0
import type { Exchange, Field } from "../../src/transport/exchange.js";

/** An exchange without a connection: keeps what is sent and counts what is given back. */
export class FakeExchange implements Exchange {
  output: { buffer: Uint8Array } = { buffer: new Uint8Array(64) };
  deadlineAt = Number.POSITIVE_INFINITY;
  queuedBytes = 0;
  maxHeaderListBytes = Number.POSITIVE_INFINITY;
  /** "full": what is sent from now on is queued, and `outputDrained` is for the test to call. */
  room: "free" | "full" = "free";
  /** What was sent, in order: "headers", "data …" with the bytes as text, "end", "reset 8". */
  readonly sent: string[] = [];
  readonly sections: Record<string, string>[] = [];
  consumedBytes = 0;
  released = 0;
  #start = 0;

  sendHeaders(fields: readonly Field[], endStream: boolean): void {
    this.sections.push(Object.fromEntries(fields.map(({ name, value }) => [name, value])));
    this.sent.push(endStream ? "headers end" : "headers");
  }

  beginData(capacity: number): number {
    this.output.buffer = new Uint8Array(9 + capacity);
    this.#start = 9;
    return this.#start;
  }

  endData(end: number, endStream: boolean): boolean {
    return this.sendData(this.output.buffer.slice(this.#start, end), endStream);
  }

  abortData(): void {}

  sendData(bytes: Uint8Array, endStream: boolean): boolean {
    const body = bytes.length === 0 ? "" : ` ${bytes[0] === 1 ? "compressed " : ""}${text(bytes.subarray(5))}`;
    this.sent.push(`data${body}${endStream ? " end" : ""}`);
    if (this.room === "full") this.queuedBytes += bytes.length;
    return this.room === "free";
  }

  sendSegments(segments: readonly Uint8Array[], totalBytes: number, endStream: boolean): boolean {
    const bytes = new Uint8Array(totalBytes);
    let position = 0;
    for (const segment of segments) {
      bytes.set(segment, position);
      position += segment.length;
    }
    return this.sendData(bytes, endStream);
  }

  reset(errorCode: number): void {
    this.sent.push(`reset ${errorCode}`);
  }

  consumed(bytes: number): void {
    this.consumedBytes += bytes;
  }

  release(): void {
    this.released++;
  }
}

/** One message as it lies in a body. */
export function framed(message: string, compressed = false): Uint8Array {
  const body = new TextEncoder().encode(message);
  const bytes = new Uint8Array(5 + body.length);
  bytes[0] = compressed ? 1 : 0;
  new DataView(bytes.buffer).setUint32(1, body.length);
  bytes.set(body, 5);
  return bytes;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
