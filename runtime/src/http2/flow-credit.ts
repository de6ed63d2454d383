// SPDX-License-Identifier: Apache-2.0
import { BandwidthEstimator } from "./bandwidth-estimator.js";
import type { Connection } from "./connection.js";
import { initialWindowBytes, ReceiveWindow } from "./flow-control.js";
import { SettingId } from "./frame/settings.js";
import type { Stream } from "./stream.js";

/** What an unread small frame is taken to cost beyond its payload (CVE-2026-84304). */
const bookkeepingBytesPerFrame = 64;

/**
 * The credit we give: the connection's on receipt, a stream's when the application has taken the bytes (RFC 9113 §5.2).
 * Windows grow while the link is faster than they allow.
 */
export class FlowCredit {
  readonly window: ReceiveWindow;
  /** Receive window of a stream; only ever grows. */
  streamWindowBytes: number;
  readonly #connection: Connection;
  /** Made for the first sample: most connections are never that busy. */
  #estimator: BandwidthEstimator | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.streamWindowBytes = connection.limits.streamWindowBytes;
    this.window = new ReceiveWindow(initialWindowBytes, connection.limits.maxUnreadBytes);
  }

  /** Raises the connection's window from RFC 9113's initial value to ours. */
  open(): void {
    const increment = this.window.grow(this.#connection.limits.connectionWindowBytes);
    if (increment > 0) this.#connection.writer.windowUpdate(0, increment);
  }

  /** DATA has come, for whichever stream: payload and padding. Throws beyond the connection's window. */
  receive(bytes: number): void {
    if (bytes > this.window.available) this.#connection.counters.connectionWindowBytes += 1;
    this.window.receive(bytes);
    if (this.#estimator?.sampling) this.#estimator.receive(bytes);
  }

  /** Payload goes to a stream's listener, which will say when it is consumed. */
  unread(stream: Stream, bytes: number): void {
    // An empty frame here ends its stream, and no `consumed` will ever name it.
    if (bytes === 0) return;
    stream.unreadBytes += bytes;
    this.window.unreadBytes += bytes;
    if (bytes >= this.#connection.limits.smallDataFrameBytes) return;
    stream.bookkeepingBytes += bookkeepingBytesPerFrame;
    this.window.unreadBytes += bookkeepingBytesPerFrame;
  }

  /** Gives the connection's credit when it is worth a frame. */
  give(): void {
    const { window } = this;
    if (window.owedBytes * 2 < window.sizeBytes) return;
    const increment = window.takeCredit();
    if (increment === 0) {
      this.#connection.counters.maxUnreadBytes += 1;
      return;
    }
    this.#connection.writer.windowUpdate(0, increment);
    this.#sample();
  }

  /** The application has taken bytes of a stream. */
  consumed(stream: Stream, consumedBytes: number): void {
    const unread = stream.unreadBytes;
    const bytes = Math.min(consumedBytes, unread);
    if (bytes <= 0) return;
    const bookkeeping =
      bytes === unread ? stream.bookkeepingBytes : Math.floor((stream.bookkeepingBytes * bytes) / unread);
    stream.unreadBytes = unread - bytes;
    stream.bookkeepingBytes -= bookkeeping;
    this.#read(bytes + bookkeeping);
    if (stream.state === "open" || stream.state === "halfClosedLocal") this.owe(stream, bytes);
  }

  /** So much of the stream's window is free again: payload consumed, or padding. */
  owe(stream: Stream, bytes: number): void {
    stream.owedBytes += bytes;
    if (stream.owedBytes * 2 < this.streamWindowBytes) return;
    stream.receiveWindow += stream.owedBytes;
    this.#connection.writer.windowUpdate(stream.id, stream.owedBytes);
    stream.owedBytes = 0;
    this.#sample();
  }

  /** Nobody will read what the stream still has. */
  dropUnread(stream: Stream): void {
    const bytes = stream.unreadBytes + stream.bookkeepingBytes;
    if (bytes === 0) return;
    stream.unreadBytes = 0;
    stream.bookkeepingBytes = 0;
    this.#read(bytes);
  }

  #read(bytes: number): void {
    this.window.unreadBytes -= bytes;
    if (this.#connection.state === "closed") return;
    this.give();
    this.#connection.gate.update();
  }

  /** A WINDOW_UPDATE has just been sent, so the PING that follows offends nobody's ping policy. */
  #sample(): void {
    const connection = this.#connection;
    if (this.streamWindowBytes >= connection.limits.maxStreamWindowBytes) return;
    this.#estimator ??= new BandwidthEstimator();
    const estimator = this.#estimator;
    if (estimator.sampling) return;
    estimator.start(connection.host.now());
    connection.ping(() => this.#grow(estimator));
  }

  #grow(estimator: BandwidthEstimator): void {
    const connection = this.#connection;
    const { limits, counters } = connection;
    const old = this.streamWindowBytes;
    const wanted = Math.min(estimator.finish(connection.time, old), limits.maxStreamWindowBytes);
    if (wanted <= old || connection.state === "closed") return;
    this.streamWindowBytes = wanted;
    if (wanted === limits.maxStreamWindowBytes) counters.maxStreamWindowBytes += 1;
    for (const stream of connection.table.all()) stream.receiveWindow += wanted - old;
    connection.sendSettings([[SettingId.INITIAL_WINDOW_SIZE, wanted]]);
    const share = limits.connectionWindowBytes / limits.streamWindowBytes;
    const whole = Math.min(Math.floor(wanted * share), limits.maxConnectionWindowBytes);
    if (whole <= this.window.sizeBytes) return;
    if (whole === limits.maxConnectionWindowBytes) counters.maxConnectionWindowBytes += 1;
    connection.writer.windowUpdate(0, this.window.grow(whole));
  }
}
