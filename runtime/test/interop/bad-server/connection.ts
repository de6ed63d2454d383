// SPDX-License-Identifier: Apache-2.0
import type { Socket } from "node:net";
import {
  encodeData,
  encodeFrame,
  encodeHeaders,
  encodeNumbers,
  encodeSettings,
  Flag,
  type Frame,
  FrameReader,
  FrameType,
  Setting,
} from "./frames.js";

const defaultWindowBytes = 65_535;

/** What a connection tells the behaviour that drives it. */
export interface ConnectionSink {
  /** A request's HEADERS came. */
  streamOpened(connection: BadConnection, streamId: number): void;
  /** A request ended; the reply is due. */
  requestEnded(connection: BadConnection, streamId: number): void;
  /** The peer broke a rule that the connection itself watches. */
  violated(reason: string): void;
}

/** One client's connection, written frame by frame. Honours the client's flow-control windows (RFC 9113 §6.9). */
export class BadConnection {
  readonly #socket: Socket;
  readonly #sink: ConnectionSink;
  readonly #reader = new FrameReader();
  readonly #streamWindows = new Map<number, number>();
  #initialWindow = defaultWindowBytes;
  #window = defaultWindowBytes;
  #creditWaiters: (() => void)[] = [];
  pingsSent = 0;
  pingsAnswered = 0;
  closed = false;

  constructor(socket: Socket, sink: ConnectionSink, maxConcurrentStreams: number | undefined) {
    this.#socket = socket;
    this.#sink = sink;
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.closed = true;
      this.#wake();
    });
    socket.write(
      encodeSettings(
        maxConcurrentStreams === undefined ? [] : [[Setting.MAX_CONCURRENT_STREAMS, maxConcurrentStreams]],
      ),
    );
  }

  sendHeaders(streamId: number): void {
    const fields: [string, string][] = [
      [":status", "200"],
      ["content-type", "application/grpc"],
    ];
    this.#socket.write(encodeHeaders(streamId, fields, false));
  }

  sendTrailers(streamId: number): void {
    this.#socket.write(encodeHeaders(streamId, [["grpc-status", "0"]], true));
    this.#streamWindows.delete(streamId);
  }

  sendReset(streamId: number, errorCode: number): void {
    this.#socket.write(encodeNumbers(FrameType.RST_STREAM, streamId, errorCode));
    this.#streamWindows.delete(streamId);
  }

  sendGoaway(lastStreamId: number): void {
    this.#socket.write(encodeNumbers(FrameType.GOAWAY, 0, lastStreamId, 0));
  }

  sendPing(): void {
    const opaque = Buffer.alloc(8);
    opaque.writeUInt32BE(++this.pingsSent, 4);
    this.#socket.write(encodeFrame(FrameType.PING, 0, 0, opaque));
  }

  /**
   * Sends bytes as DATA frames of at most `frameBytes`, each with `padBytes` of padding when given, waiting for credit
   * for both. `afterFrame` runs behind every frame. Resolves early when the stream or the connection is gone.
   */
  async sendData(
    streamId: number,
    bytes: Buffer,
    options: { frameBytes: number; padBytes?: number; afterFrame?: () => void },
  ): Promise<void> {
    // RFC 9113 §6.1: padding and its length octet count for flow control.
    const padding = options.padBytes === undefined ? 0 : options.padBytes + 1;
    let batch: Buffer[] = [];
    for (let offset = 0; offset < bytes.length; offset += options.frameBytes) {
      const data = bytes.subarray(offset, offset + options.frameBytes);
      while (this.#credit(streamId) < data.length + padding) {
        this.#flush(batch);
        batch = [];
        if (this.closed || !this.#streamWindows.has(streamId)) return;
        await new Promise<void>((resolve) => this.#creditWaiters.push(resolve));
      }
      this.#window -= data.length + padding;
      this.#streamWindows.set(streamId, (this.#streamWindows.get(streamId) ?? 0) - data.length - padding);
      batch.push(encodeData(streamId, data, options.padBytes));
      if (options.afterFrame !== undefined) {
        this.#flush(batch);
        batch = [];
        options.afterFrame();
      }
    }
    this.#flush(batch);
  }

  #flush(batch: readonly Buffer[]): void {
    if (batch.length > 0) this.#socket.write(Buffer.concat(batch));
  }

  #credit(streamId: number): number {
    return Math.min(this.#window, this.#streamWindows.get(streamId) ?? 0);
  }

  #receive(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.read(chunk)) this.#onFrame(frame);
    } catch (error) {
      this.#sink.violated(String(error));
      this.#socket.destroy();
    }
  }

  #onFrame(frame: Frame): void {
    switch (frame.type) {
      case FrameType.SETTINGS:
        if ((frame.flags & Flag.ACK) === 0) this.#onSettings(frame.payload);
        return;
      case FrameType.PING:
        if ((frame.flags & Flag.ACK) !== 0) this.#onPingAck(frame.payload);
        else this.#socket.write(encodeFrame(FrameType.PING, Flag.ACK, 0, frame.payload));
        return;
      case FrameType.WINDOW_UPDATE:
        this.#onWindowUpdate(frame.streamId, frame.payload.readUInt32BE(0));
        return;
      case FrameType.HEADERS:
        this.#streamWindows.set(frame.streamId, this.#initialWindow);
        this.#sink.streamOpened(this, frame.streamId);
        break;
      case FrameType.DATA:
        this.#returnCredit(frame.streamId, frame.payload.length, (frame.flags & Flag.END_STREAM) !== 0);
        break;
      case FrameType.RST_STREAM:
        this.#streamWindows.delete(frame.streamId);
        this.#wake();
        return;
      default:
        return;
    }
    if ((frame.flags & Flag.END_STREAM) !== 0) this.#sink.requestEnded(this, frame.streamId);
  }

  #onSettings(payload: Buffer): void {
    for (let offset = 0; offset + 6 <= payload.length; offset += 6) {
      if (payload.readUInt16BE(offset) !== Setting.INITIAL_WINDOW_SIZE) continue;
      const value = payload.readUInt32BE(offset + 2);
      // RFC 9113 §6.9.2: the difference applies to streams that are open.
      for (const [id, window] of this.#streamWindows) this.#streamWindows.set(id, window + value - this.#initialWindow);
      this.#initialWindow = value;
    }
    this.#socket.write(encodeFrame(FrameType.SETTINGS, Flag.ACK, 0, Buffer.alloc(0)));
    this.#wake();
  }

  #onPingAck(payload: Buffer): void {
    const expected = this.pingsAnswered + 1;
    if (payload.length !== 8 || payload.readUInt32BE(4) !== expected) {
      this.#sink.violated(`PING ${expected} was answered with ${payload.toString("hex")}`);
    }
    this.pingsAnswered++;
  }

  #onWindowUpdate(streamId: number, bytes: number): void {
    if (streamId === 0) this.#window += bytes;
    else {
      const window = this.#streamWindows.get(streamId);
      if (window !== undefined) this.#streamWindows.set(streamId, window + bytes);
    }
    this.#wake();
  }

  #returnCredit(streamId: number, bytes: number, ended: boolean): void {
    if (bytes === 0) return;
    this.#socket.write(encodeNumbers(FrameType.WINDOW_UPDATE, 0, bytes));
    if (!ended) this.#socket.write(encodeNumbers(FrameType.WINDOW_UPDATE, streamId, bytes));
  }

  #wake(): void {
    const waiters = this.#creditWaiters;
    this.#creditWaiters = [];
    for (const waiter of waiters) waiter();
  }
}
