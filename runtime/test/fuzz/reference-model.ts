// SPDX-License-Identifier: Apache-2.0
import type { Role } from "../../src/http2/limits.js";
import { must } from "./fuzz-part.js";
import type { ModelLimits, ModelStream } from "./model-stream.js";

const maxWindow = 0x7fff_ffff;
const initialWindow = 65_535;
const smallFrame = 256;
const bookkeepingPerFrame = 64;
const remembered = 64;
const code = { none: 0, protocol: 1, flowControl: 3, streamClosed: 5, refused: 7, cancel: 8 };

/**
 * One end of a connection, written from RFC 9113 and docs of the limits for comparison only: no bytes, no tables, no
 * scheduler. It says which frames must leave and what every window is; which DATA leaves first is not its affair.
 */
export class ReferenceModel {
  readonly streams = new Map<number, ModelStream>();
  /** Control frames that must be seen, as "RST_STREAM 1 code 8". */
  expected: string[] = [];
  state: "open" | "draining" | "closed" = "open";
  errorCode = code.none;
  sendWindow = initialWindow;
  receiveWindow: number;
  owed = 0;
  lastPeerId = 0;
  nowMs: number;
  peerInitialWindow = initialWindow;
  peerMaxStreams = Number.POSITIVE_INFINITY;
  readonly #role: Role;
  readonly #limits: ModelLimits;
  #drain: "none" | "warned" | "final" = "none";
  #drainAt = Number.POSITIVE_INFINITY;
  #lastAccepted = maxWindow;
  #lastProcessed = 0;
  #nextId = 1;
  /** How the peer ended its latest streams. */
  readonly #ended: { readonly id: number; readonly how: "end" | "reset" }[] = [];

  constructor(role: Role, limits: ModelLimits, nowMs: number) {
    this.#role = role;
    this.#limits = limits;
    this.receiveWindow = limits.connectionWindowBytes;
    this.nowMs = nowMs;
  }

  get live(): ModelStream[] {
    return [...this.streams.values()].filter((stream) => !stream.over);
  }

  /** Server: streams whose handler runs or that are not over. */
  get slots(): number {
    return [...this.streams.values()].filter((stream) => !stream.over || !stream.released).length;
  }

  get unread(): number {
    return [...this.streams.values()].reduce((sum, { unread, bookkeeping }) => sum + unread + bookkeeping, 0);
  }

  get canOpen(): boolean {
    return this.state === "open" && this.live.length < this.peerMaxStreams;
  }

  /** Client: we open a stream. */
  open(endStream: boolean): ModelStream {
    const stream = this.#add(this.#nextId);
    this.#nextId += 2;
    this.expected.push(`HEADERS ${stream.id}${endStream ? " end" : ""}`);
    stream.headSent = true;
    if (endStream) this.#weEnd(stream);
    return stream;
  }

  /** Server: the peer opens one. Undefined: it gets no stream. */
  peerOpens(id: number, endStream: boolean): ModelStream | undefined {
    this.lastPeerId = id;
    if (id > this.#lastAccepted) return undefined;
    if (this.slots >= this.#limits.maxConcurrentStreams) {
      this.expected.push(`RST_STREAM ${id} code ${code.refused}`);
      return undefined;
    }
    this.#lastProcessed = id;
    const stream = this.#add(id);
    stream.headReceived = true;
    stream.peerEnded = endStream;
    return stream;
  }

  sendHead(stream: ModelStream): void {
    if (stream.over || stream.weEnded || stream.ending !== "no") return;
    stream.headSent = true;
    this.expected.push(`HEADERS ${stream.id}`);
  }

  sendTrailers(stream: ModelStream): void {
    if (stream.over || stream.weEnded || stream.ending !== "no") return;
    stream.ending = "trailers";
    this.#endIfSent(stream);
  }

  sendData(stream: ModelStream, bytes: number, endStream: boolean): void {
    if (stream.over || stream.weEnded || stream.ending !== "no") return;
    if (stream.unsent === 0) stream.progressAt = this.nowMs;
    stream.unsent += bytes;
    if (endStream) stream.ending = "data";
  }

  /** DATA was seen to leave. */
  dataLeft(id: number, bytes: number, endStream: boolean): void {
    const stream = this.streams.get(id);
    must(stream !== undefined && !stream.over, () => `DATA on stream ${id}, which is over`);
    must(bytes <= stream.unsent, () => `DATA of ${bytes} octets, stream ${id} has ${stream.unsent} to send`);
    must(bytes === 0 || (bytes <= stream.sendWindow && bytes <= this.sendWindow), () => {
      return `DATA of ${bytes} octets in windows of ${stream.sendWindow} and ${this.sendWindow}`;
    });
    stream.unsent -= bytes;
    stream.sendWindow -= bytes;
    this.sendWindow -= bytes;
    stream.progressAt = this.nowMs;
    const last = stream.unsent === 0 && stream.ending === "data";
    must(endStream === last, () => `DATA of stream ${id} with END_STREAM ${endStream}, must be ${last}`);
    if (last) this.#weEnd(stream);
    else this.#endIfSent(stream);
  }

  /** What windows allow has left: nothing may be held back. */
  checkNothingHeld(): void {
    if (this.state === "closed") return;
    for (const { id, unsent, sendWindow } of this.live) {
      must(
        unsent === 0 || sendWindow <= 0 || this.sendWindow <= 0,
        () => `${unsent} octets of stream ${id} are held back`,
      );
    }
  }

  reset(stream: ModelStream, errorCode: number): void {
    this.#dropUnread(stream);
    if (stream.over) return;
    this.expected.push(`RST_STREAM ${stream.id} code ${errorCode}`);
    this.#over(stream);
  }

  release(stream: ModelStream): void {
    stream.released = true;
  }

  consume(stream: ModelStream, wanted: number): void {
    const bytes = Math.min(wanted, stream.unread);
    if (bytes === 0) return;
    const bookkeeping = Math.floor(
      bytes === stream.unread ? stream.bookkeeping : (stream.bookkeeping * bytes) / stream.unread,
    );
    stream.unread -= bytes;
    stream.bookkeeping -= bookkeeping;
    this.#giveCredit();
    if (!stream.over && !stream.peerEnded) this.#owe(stream, bytes);
  }

  peerHead(stream: ModelStream, endStream: boolean): void {
    if (stream.over) this.#late(stream.id);
    else {
      stream.headReceived = true;
      if (endStream) this.#peerEnds(stream);
    }
  }

  /** Trailers, which always end the stream. */
  peerTrailers(stream: ModelStream): void {
    if (stream.over) this.#late(stream.id);
    else if (stream.peerEnded) this.reset(stream, code.streamClosed);
    else this.#peerEnds(stream);
  }

  peerData(stream: ModelStream, payload: number, padding: number, endStream: boolean): void {
    const length = payload + padding;
    if (length > this.receiveWindow) {
      this.#fail(code.flowControl);
      return;
    }
    this.receiveWindow -= length;
    this.owed += length;
    if (stream.over) this.#late(stream.id);
    else if (stream.peerEnded) this.reset(stream, code.streamClosed);
    else if (length > stream.receiveWindow) this.reset(stream, code.flowControl);
    else if (!stream.headReceived) this.reset(stream, code.protocol);
    else {
      stream.receiveWindow -= length;
      stream.unread += payload;
      if (payload > 0 && payload < smallFrame) stream.bookkeeping += bookkeepingPerFrame;
      if (endStream) this.#peerEnds(stream);
      else this.#owe(stream, padding);
    }
    this.#giveCredit();
  }

  peerResets(stream: ModelStream): void {
    if (stream.over) return;
    this.#dropUnread(stream);
    this.#remember(stream.id, "reset");
    this.#over(stream);
  }

  peerWindowUpdate(stream: ModelStream | undefined, increment: number): void {
    if (stream === undefined) {
      if (increment === 0) {
        this.#fail(code.protocol);
        return;
      }
      this.sendWindow += increment;
      if (this.sendWindow > maxWindow) this.#fail(code.flowControl);
    } else if (!stream.over) {
      stream.sendWindow += increment;
      if (increment === 0) this.reset(stream, code.protocol);
      else if (stream.sendWindow > maxWindow) this.reset(stream, code.flowControl);
    }
  }

  peerInitialWindowSize(bytes: number): void {
    for (const stream of this.live) {
      stream.sendWindow += bytes - this.peerInitialWindow;
      if (stream.sendWindow > maxWindow) {
        this.#fail(code.flowControl);
        return;
      }
    }
    this.peerInitialWindow = bytes;
    this.expected.push("SETTINGS ack");
  }

  peerMaxConcurrentStreams(streams: number): void {
    this.peerMaxStreams = streams;
    this.expected.push("SETTINGS ack");
  }

  peerPings(): void {
    this.expected.push("PING ack");
  }

  /** The peer answers our PING: a warning has had its round trip. */
  peerAnswersPing(): void {
    if (this.#drain === "warned") this.#sayFinal(this.#lastProcessed);
  }

  peerGoaway(lastId: number): void {
    if (this.#role === "server") return;
    this.state = "draining";
    for (const stream of this.live) {
      if (stream.id <= lastId) continue;
      this.#dropUnread(stream);
      this.#over(stream);
    }
    this.#drained();
  }

  shutdown(): void {
    if (this.#drain !== "none" || this.state === "closed") return;
    this.state = "draining";
    if (this.#role === "client") {
      this.#sayFinal(0);
      return;
    }
    this.#drain = "warned";
    this.#drainAt = this.nowMs + this.#limits.drainTimeoutMs;
    this.expected.push(`GOAWAY last ${maxWindow} code 0`, "PING");
  }

  advance(ms: number): void {
    this.nowMs += ms;
    if (this.#drain === "warned" && this.nowMs >= this.#drainAt) this.#sayFinal(this.#lastProcessed);
    for (const stream of this.live) {
      const stalled = stream.unsent > 0 && this.nowMs >= stream.progressAt + this.#limits.streamStallTimeoutMs;
      if (stalled) this.reset(stream, code.cancel);
    }
  }

  #add(id: number): ModelStream {
    const stream: ModelStream = {
      id,
      peerEnded: false,
      weEnded: false,
      over: false,
      released: this.#role === "client",
      headSent: false,
      headReceived: false,
      sendWindow: this.peerInitialWindow,
      receiveWindow: this.#limits.streamWindowBytes,
      owed: 0,
      unread: 0,
      bookkeeping: 0,
      unsent: 0,
      ending: "no",
      progressAt: this.nowMs,
    };
    this.streams.set(id, stream);
    return stream;
  }

  #endIfSent(stream: ModelStream): void {
    if (stream.unsent > 0 || stream.ending !== "trailers") return;
    this.expected.push(`HEADERS ${stream.id} end`);
    this.#weEnd(stream);
  }

  #weEnd(stream: ModelStream): void {
    stream.weEnded = true;
    if (!stream.peerEnded && this.#role === "client") return;
    if (stream.peerEnded) this.#remember(stream.id, "end");
    else this.expected.push(`RST_STREAM ${stream.id} code ${code.none}`);
    this.#over(stream);
  }

  #peerEnds(stream: ModelStream): void {
    stream.peerEnded = true;
    if (this.#role === "server") return;
    if (!stream.weEnded) this.expected.push(`RST_STREAM ${stream.id} code ${code.none}`);
    this.#remember(stream.id, "end");
    this.#over(stream);
  }

  #over(stream: ModelStream): void {
    stream.over = true;
    stream.unsent = 0;
    this.#drained();
  }

  #remember(id: number, how: "end" | "reset"): void {
    this.#ended.push({ id, how });
    if (this.#ended.length > remembered) this.#ended.shift();
  }

  /** A frame on a stream that is over. */
  #late(id: number): void {
    const how = this.#ended.findLast((entry) => entry.id === id)?.how;
    if (how === "end") this.#fail(code.streamClosed);
    else if (how === "reset") this.expected.push(`RST_STREAM ${id} code ${code.streamClosed}`);
  }

  #dropUnread(stream: ModelStream): void {
    if (stream.unread === 0) return;
    stream.unread = 0;
    stream.bookkeeping = 0;
    this.#giveCredit();
  }

  #owe(stream: ModelStream, bytes: number): void {
    stream.owed += bytes;
    if (stream.owed * 2 < this.#limits.streamWindowBytes) return;
    this.expected.push(`WINDOW_UPDATE ${stream.id} by ${stream.owed}`);
    stream.receiveWindow += stream.owed;
    stream.owed = 0;
  }

  #giveCredit(): void {
    const due = this.owed * 2 >= this.#limits.connectionWindowBytes && this.unread < this.#limits.maxUnreadBytes;
    if (!due || this.state === "closed") return;
    this.expected.push(`WINDOW_UPDATE 0 by ${this.owed}`);
    this.receiveWindow += this.owed;
    this.owed = 0;
  }

  #sayFinal(lastId: number): void {
    this.#drain = "final";
    this.#lastAccepted = lastId;
    this.expected.push(`GOAWAY last ${lastId} code 0`);
    this.#drained();
  }

  #drained(): void {
    if (this.state !== "draining" || this.#drain === "warned" || this.live.length > 0) return;
    if (this.#drain === "none") {
      this.#sayFinal(0);
      return;
    }
    this.state = "closed";
  }

  #fail(errorCode: number): void {
    this.state = "closed";
    this.errorCode = errorCode;
    this.expected.push(`GOAWAY last ${this.#lastProcessed} code ${errorCode}`);
  }
}
