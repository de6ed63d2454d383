// SPDX-License-Identifier: Apache-2.0
import { Connection } from "../../src/http2/connection.js";
import type { ConnectionError, StreamError } from "../../src/http2/errors.js";
import type { ConnectionHost, ConnectionListener, StreamListener } from "../../src/http2/host.js";
import { type Field, field } from "../../src/http2/hpack/field.js";
import type { FieldSection } from "../../src/http2/hpack/field-section.js";
import { type Http2Limits, type Role, resolveHttp2Limits } from "../../src/http2/limits.js";
import type { Stream } from "../../src/http2/stream.js";

/** Time shared by the endpoints of a test; it moves only when told to. */
export class FakeTime {
  nowMs = 1_000;
}

/** A request head as gRPC sends it. */
export const requestHead: readonly Field[] = [
  field(":method", "POST"),
  field(":scheme", "http"),
  field(":path", "/pkg.Service/Method"),
  field(":authority", "localhost"),
  field("te", "trailers"),
  field("content-type", "application/grpc"),
];
export const responseHead: readonly Field[] = [field(":status", "200"), field("content-type", "application/grpc")];
export const okTrailers: readonly Field[] = [field("grpc-status", "0")];

/** What a stream's owner has heard, and bytes it has received. */
export class RecordingStream implements StreamListener {
  readonly events: string[] = [];
  readonly heads: Record<string, string>[] = [];
  stream: Stream | undefined;
  /** Server: the request's head as it was decoded. */
  section: FieldSection | undefined;
  error: StreamError | undefined;
  bytes = 0;
  ended = false;
  /** Whether received bytes are consumed at once. */
  consumes = true;
  checksum = 0;

  headersReceived(fields: FieldSection, endStream: boolean): void {
    this.heads.push(Object.fromEntries(fields.fields.map(({ name, value }) => [name, value])));
    this.events.push(endStream ? "headers end" : "headers");
    this.ended ||= endStream;
  }

  dataReceived(chunk: Uint8Array, start: number, end: number, endStream: boolean): void {
    this.events.push(`data ${end - start}${endStream ? " end" : ""}`);
    for (let index = start; index < end; index++) this.checksum = (this.checksum * 31 + chunk[index]) | 0;
    this.bytes += end - start;
    this.ended ||= endStream;
    if (this.consumes) this.stream?.consumed(end - start);
  }

  outputDrained(): void {
    this.events.push("drained");
  }

  streamReset(error: StreamError): void {
    this.events.push(`reset ${error.initiator} ${error.errorCode}`);
    this.error = error;
  }
}

/** One connection with a host that records, and a listener that records every stream. */
export class TestEndpoint implements ConnectionHost, ConnectionListener {
  readonly connection: Connection;
  readonly time: FakeTime;
  /** Server: requests in the order they were opened. */
  readonly requests: RecordingStream[] = [];
  readonly goaways: { lastStreamId: number; errorCode: number; debug: string }[] = [];
  /** Called for each request, after it is recorded. */
  onRequest: (request: RecordingStream, endStream: boolean) => void = () => {};
  ended: { error: ConnectionError | undefined } | undefined;
  input: "reading" | "paused" = "reading";
  pauses = 0;
  settings = 0;
  drains = 0;
  slotsOffered = 0;
  outputSignals = 0;

  constructor(role: Role, limits: Partial<Http2Limits> = {}, time = new FakeTime()) {
    this.time = time;
    this.connection = new Connection(role, this, this, resolveHttp2Limits(role, limits));
    this.connection.start();
  }

  now(): number {
    return this.time.nowMs;
  }
  outputReady(): void {
    this.outputSignals += 1;
  }
  timeoutChanged(): void {}
  inputPaused(): void {
    this.input = "paused";
    this.pauses += 1;
  }
  inputResumed(): void {
    this.input = "reading";
  }
  connectionEnded(error: ConnectionError | undefined): void {
    if (this.ended !== undefined) throw new Error("connectionEnded was called twice");
    this.ended = { error };
  }

  streamOpened(stream: Stream, section: FieldSection, endStream: boolean): StreamListener {
    const request = new RecordingStream();
    request.stream = stream;
    request.section = section;
    request.heads.push(Object.fromEntries(section.fields.map(({ name, value }) => [name, value])));
    request.ended = endStream;
    this.requests.push(request);
    this.onRequest(request, endStream);
    return request;
  }
  settingsReceived(): void {
    this.settings += 1;
  }
  goawayReceived(lastStreamId: number, errorCode: number, debugData: Uint8Array): void {
    this.goaways.push({ lastStreamId, errorCode, debug: new TextDecoder().decode(debugData) });
  }
  drained(): void {
    this.drains += 1;
  }
  streamSlotAvailable(): void {
    this.slotsOffered += 1;
  }

  /** Client: opens a stream whose events are recorded; undefined when the connection gives none. */
  open(endStream = false, head: readonly Field[] = requestHead): RecordingStream | undefined {
    const recording = new RecordingStream();
    const stream = this.connection.openStream(head, endStream, recording);
    if (stream === undefined) return undefined;
    recording.stream = stream;
    return recording;
  }

  /** All output, copied and reported as written. */
  take(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let bytes = this.connection.takeOutput(); bytes !== undefined; bytes = this.connection.takeOutput()) {
      parts.push(bytes.slice());
      this.connection.outputWritten(bytes.length);
    }
    return concat(parts);
  }

  /** Gives bytes to the connection in chunks of at most `chunkBytes`, over as many turns as it wants. */
  give(bytes: Uint8Array, chunkBytes = bytes.length): void {
    for (let start = 0; start < bytes.length; start += chunkBytes) {
      let done = this.connection.receive(bytes.slice(start, start + chunkBytes));
      for (let turns = 0; !done; turns++) {
        if (turns > 10_000) throw new Error("continueReceive makes no progress");
        done = this.connection.continueReceive();
      }
    }
  }

  advance(ms: number): void {
    this.time.nowMs += ms;
    if (this.connection.nextTimeout() <= this.time.nowMs) this.connection.handleTimeout(this.time.nowMs);
  }
}

/** A client and a server that pass bytes by hand. */
export class Http2Pair {
  readonly time = new FakeTime();
  readonly client: TestEndpoint;
  readonly server: TestEndpoint;
  readonly #chunkBytes: number | undefined;

  constructor(limits: { client?: Partial<Http2Limits>; server?: Partial<Http2Limits> } = {}, chunkBytes?: number) {
    this.client = new TestEndpoint("client", limits.client, this.time);
    this.server = new TestEndpoint("server", limits.server, this.time);
    this.#chunkBytes = chunkBytes;
  }

  /** Passes bytes both ways until neither has any. */
  settle(roundTripMs = 0): void {
    for (let round = 0; round < 20_000; round++) {
      const up = this.client.take();
      const down = this.server.take();
      if (up.length === 0 && down.length === 0) return;
      this.time.nowMs += roundTripMs / 2;
      this.server.give(up, this.#chunkBytes);
      this.client.give(down, this.#chunkBytes);
    }
    throw new Error("the endpoints never settle");
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
