// SPDX-License-Identifier: Apache-2.0
import { field } from "../../src/http2/hpack/field.js";
import type { Http2Limits, Role } from "../../src/http2/limits.js";
import type { Stream } from "../../src/http2/stream.js";
import {
  clientHello,
  dataFrame,
  describeFrames,
  frame,
  headersFrame,
  pingFrame,
  resetFrame,
  setting,
  settingsFrame,
  uint32,
  windowUpdate,
} from "../support/http2-frames.js";
import { okTrailers, requestHead, responseHead, TestEndpoint } from "../support/http2-pair.js";
import type { Random } from "../support/random.js";
import { type FuzzPart, must, Violation } from "./fuzz-part.js";
import type { ModelLimits, ModelStream } from "./model-stream.js";
import { ReferenceModel } from "./reference-model.js";

const sequenceLength = 200;
const maxWindow = 0x7fff_ffff;
const sizes = [0, 1, 100, 255, 256, 1_000, 10_000, 16_384];
const sentSizes = [...sizes, 20_000, 70_000];
const tail = [field("x-tail", "value")];
const ownPing = [0x50, 0x45, 0x54, 0x52, 0, 0, 0, 1];

/** Random sequences of 200 actions of both ends, compared with the reference model after each (M8). */
export const actionSequences: FuzzPart = {
  id: "m8",
  title: "action sequences against the reference model",
  perInput: sequenceLength,
  maxMs: 1_000,
  inputs: (size) => (size === "long" ? 20_000 : 2_000),
  run(random, input) {
    const run = new ModelRun(input % 2 === 0 ? "server" : "client", random);
    for (let step = 0; step < sequenceLength && run.model.state !== "closed"; step++) run.step(step);
    run.end();
  },
};

/** A connection and a model of it that are told the same. */
class ModelRun {
  readonly model: ReferenceModel;
  readonly #role: Role;
  readonly #random: Random;
  readonly #endpoint: TestEndpoint;
  readonly #streams = new Map<number, Stream>();
  readonly #history: string[] = [];
  #nextPeerId = 1;

  constructor(role: Role, random: Random) {
    const limits: ModelLimits = {
      streamWindowBytes: 65_535,
      connectionWindowBytes: random.pick([65_535, 200_000]),
      maxConcurrentStreams: random.pick([2, 6, 20]),
      maxUnreadBytes: random.pick([65_535, 8_000_000]),
      streamStallTimeoutMs: 60_000,
      drainTimeoutMs: 5_000,
    };
    // Windows stay as they are, and only the rules of RFC 9113 end anything.
    const engine: Partial<Http2Limits> = {
      ...limits,
      maxStreamWindowBytes: limits.streamWindowBytes,
      maxConnectionWindowBytes: limits.connectionWindowBytes,
      peerResetBurst: 1e9,
      ownResetBurst: 1e9,
      maxSpareWindowUpdates: 1e9,
      maxEmptyDataFrames: 1e9,
    };
    this.#role = role;
    this.#random = random;
    this.#endpoint = new TestEndpoint(role, engine);
    this.model = new ReferenceModel(role, limits, this.#endpoint.time.nowMs);
    this.#endpoint.onRequest = (request) => {
      request.consumes = false;
      if (request.stream !== undefined) this.#streams.set(request.stream.id, request.stream);
    };
    this.#endpoint.give(role === "server" ? clientHello : settingsFrame());
    this.#endpoint.give(frame(4, 1, 0));
    this.#endpoint.take();
  }

  /** One action of either end, and the comparison. */
  step(number: number): void {
    const name = this.#act();
    this.#history.push(name);
    try {
      this.#observe();
      this.#compare();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      throw new Violation(
        `step ${number}, ${this.#role}: ${error.message}\n  after ${this.#history.slice(-12).join(", ")}`,
      );
    }
  }

  /** Ends every stream by reset: no credit and no slot may be left behind. */
  end(): void {
    if (this.model.state === "closed") return;
    for (const stream of this.model.streams.values()) {
      this.model.reset(stream, 8);
      this.#streams.get(stream.id)?.reset(8);
      if (this.#role === "server") {
        this.model.release(stream);
        this.#streams.get(stream.id)?.release();
      }
    }
    this.#observe();
    this.#compare();
    const { credit, ends } = this.#endpoint.connection;
    must(credit.window.unreadBytes === 0 && ends.slots === 0, () => {
      return `${credit.window.unreadBytes} octets unread and ${ends.slots} slots taken in the end`;
    });
  }

  #act(): string {
    const random = this.#random;
    const { model } = this;
    const live = model.live;
    const all = [...model.streams.values()];
    const dice = random.below(100);
    const finished = all.filter((stream) => stream.over && !stream.released);
    if (finished.length > 0 && (live.length === 0 || dice < 6)) return this.#release(random.pick(finished));
    if (live.length === 0 || dice < 12) return this.#open();
    // Mostly streams that live; sometimes one that is over, which may well be the end.
    const target = random.below(60) === 0 ? random.pick(all.slice(-20)) : random.pick(live);
    if (dice < 62) return random.below(2) === 0 ? this.#localAction(target) : this.#peerData(target);
    if (dice < 74) return this.#windowUpdate(target);
    if (dice < 86) return this.#consume(target);
    if (dice < 88) return this.#endAction(target);
    return this.#connectionAction();
  }

  #open(): string {
    const { model } = this;
    const endStream = this.#random.below(3) === 0;
    if (this.#role === "server") {
      const id = this.#nextPeerId;
      this.#nextPeerId += 2;
      model.peerOpens(id, endStream);
      this.#endpoint.give(headersFrame(id, requestHead, endStream ? 5 : 4));
      return `peer opens ${id}${endStream ? " and ends" : ""}`;
    }
    const opened = this.#endpoint.open(endStream);
    must((opened !== undefined) === model.canOpen, () => `openStream gave ${opened === undefined ? "none" : "one"}`);
    if (opened?.stream === undefined) return "no slot";
    opened.consumes = false;
    this.#streams.set(opened.stream.id, opened.stream);
    return `open ${model.open(endStream).id}${endStream ? " and end" : ""}`;
  }

  #localAction(target: ModelStream): string {
    const { model } = this;
    const stream = this.#streams.get(target.id);
    if (this.#role === "server" && !target.headSent) {
      model.sendHead(target);
      stream?.sendHeaders(responseHead, false);
      return `head ${target.id}`;
    }
    const bytes = this.#random.pick(sentSizes);
    const ends = this.#random.below(16);
    if (ends === 0 && this.#role === "server") {
      model.sendTrailers(target);
      stream?.sendHeaders(okTrailers, true);
      return `trailers ${target.id}`;
    }
    model.sendData(target, bytes, ends === 1);
    stream?.sendData(new Uint8Array(bytes), ends === 1);
    return `send ${bytes} on ${target.id}${ends === 1 ? " and end" : ""}`;
  }

  #peerData(target: ModelStream): string {
    const { model } = this;
    const random = this.#random;
    if (this.#role === "client" && !target.headReceived && random.below(20) > 0) {
      const endStream = random.below(8) === 0;
      model.peerHead(target, endStream);
      this.#endpoint.give(headersFrame(target.id, responseHead, endStream ? 5 : 4));
      return `peer's head ${target.id}${endStream ? " ends" : ""}`;
    }
    if (target.headReceived && random.below(30) === 0) {
      model.peerTrailers(target);
      this.#endpoint.give(headersFrame(target.id, tail));
      return `peer's trailers ${target.id}`;
    }
    const payload = random.pick(sizes);
    const padding = random.below(4) === 0 && payload < 16_000 ? 1 + random.below(200) : 0;
    // Beyond the connection's window all would be over; beyond the stream's is worth a try.
    if (payload + padding > model.receiveWindow && random.below(60) > 0) return "peer waits for credit";
    const endStream = random.below(16) === 0;
    model.peerData(target, payload, padding, endStream);
    const bytes = new Uint8Array(payload + padding);
    if (padding > 0) bytes[0] = padding - 1;
    this.#endpoint.give(dataFrame(target.id, bytes, (padding > 0 ? 8 : 0) | (endStream ? 1 : 0)));
    return `peer sends ${payload}+${padding} on ${target.id}${endStream ? " and ends" : ""}`;
  }

  #windowUpdate(target: ModelStream): string {
    const random = this.#random;
    const stream = random.below(2) === 0 ? undefined : target;
    const usual = [1, 100, 5_000, 50_000, 200_000];
    const increment = random.below(200) === 0 ? random.pick([0, maxWindow]) : random.pick(usual);
    this.model.peerWindowUpdate(stream, increment);
    this.#endpoint.give(windowUpdate(stream?.id ?? 0, increment));
    return `peer's window update ${stream?.id ?? 0} by ${increment}`;
  }

  #consume(target: ModelStream): string {
    const bytes = this.#random.below(2) === 0 ? target.unread : this.#random.below(target.unread + 1);
    this.model.consume(target, bytes);
    this.#streams.get(target.id)?.consumed(bytes);
    return `consume ${bytes} of ${target.id}`;
  }

  #endAction(target: ModelStream): string {
    const kind = this.#random.below(3);
    if (kind === 0) {
      this.model.peerResets(target);
      this.#endpoint.give(resetFrame(target.id, 8));
      return `peer resets ${target.id}`;
    }
    if (kind === 1 || this.#role === "client") {
      this.model.reset(target, 8);
      this.#streams.get(target.id)?.reset(8);
      return `reset ${target.id}`;
    }
    return this.#release(target);
  }

  #release(target: ModelStream): string {
    this.model.release(target);
    this.#streams.get(target.id)?.release();
    return `release ${target.id}`;
  }

  #connectionAction(): string {
    const { model } = this;
    const random = this.#random;
    const kind = random.below(40);
    if (kind < 14) {
      const ms = random.pick([1, 1_000, 20_000, 59_999, 60_000]);
      model.advance(ms);
      this.#endpoint.advance(ms);
      return `${ms} ms pass`;
    }
    if (kind < 26) {
      const bytes = random.below(100) === 0 ? maxWindow : random.pick([0, 1, 100, 30_000, 65_535, 100_000]);
      model.peerInitialWindowSize(bytes);
      this.#endpoint.give(settingsFrame(setting(4, bytes)));
      return `peer's initial window ${bytes}`;
    }
    if (kind < 30) {
      const streams = random.below(8);
      model.peerMaxConcurrentStreams(streams);
      this.#endpoint.give(settingsFrame(setting(3, streams)));
      return `peer allows ${streams} streams`;
    }
    if (kind < 38) {
      model.peerPings();
      this.#endpoint.give(pingFrame());
      return "peer pings";
    }
    if (kind === 38 || this.#role === "server") {
      // The first answers our shutdown's PING, if there was one.
      if (random.below(2) === 0) {
        model.peerAnswersPing();
        this.#endpoint.give(frame(6, 1, 0, ownPing));
        return "peer answers our ping";
      }
      if (random.below(4) > 0) return "nothing";
      model.shutdown();
      this.#endpoint.connection.shutdown();
      return "shutdown";
    }
    const live = model.live;
    const last = live.length === 0 ? 1 : random.pick(live).id;
    // GOAWAY's last stream may only shrink: one is enough.
    if (model.state === "draining") return "nothing";
    model.peerGoaway(last);
    this.#endpoint.give(frame(7, 0, 0, [...uint32(last), ...uint32(0)]));
    return `peer's goaway ${last}`;
  }

  /** Feeds the model the DATA that left; all other frames must be those it expects. */
  #observe(): void {
    const { model } = this;
    const control: string[] = [];
    for (const seen of describeFrames(this.#endpoint.take())) {
      const data = /^DATA (\d+) of (\d+)( end)?$/.exec(seen);
      if (data === null) control.push(seen);
      else model.dataLeft(Number(data[1]), Number(data[2]), data[3] !== undefined);
    }
    model.checkNothingHeld();
    const wanted = model.expected;
    model.expected = [];
    const [left, right] = [control.sort().join(", "), wanted.sort().join(", ")];
    must(left === right, () => `sent [${left}], must be [${right}]`);
  }

  #compare(): void {
    const { model } = this;
    const { connection, ended } = this.#endpoint;
    must(connection.state === model.state, () => `connection is ${connection.state}, must be ${model.state}`);
    const endCode = ended?.error?.errorCode ?? 0;
    must(endCode === model.errorCode, () => `ended with ${endCode}, must be ${model.errorCode}`);
    if (model.state === "closed") return;
    const { scheduler, credit, ends } = connection;
    equal("connection send window", scheduler.window, model.sendWindow);
    equal("connection receive window", credit.window.available, model.receiveWindow);
    equal("connection credit owed", credit.window.owedBytes, model.owed);
    equal("unread", credit.window.unreadBytes, model.unread);
    equal("streams", connection.streams, model.live.length);
    if (this.#role === "server") equal("slots", ends.slots, model.slots);
    for (const wanted of model.live) {
      const stream = this.#streams.get(wanted.id);
      if (stream === undefined) throw new Violation(`stream ${wanted.id} was not opened`);
      const note = `stream ${wanted.id}`;
      equal(`${note} send window`, stream.sendWindow, wanted.sendWindow);
      equal(`${note} receive window`, stream.receiveWindow, wanted.receiveWindow);
      equal(`${note} queued`, stream.queuedBytes, wanted.unsent);
      equal(`${note} unread`, stream.unreadBytes, wanted.unread);
      const state = wanted.peerEnded ? "halfClosedRemote" : wanted.weEnded ? "halfClosedLocal" : "open";
      must(stream.state === state, () => `${note} is ${stream.state}, must be ${state}`);
    }
  }
}

function equal(what: string, seen: number, wanted: number): void {
  must(seen === wanted, () => `${what} is ${seen}, must be ${wanted}`);
}
