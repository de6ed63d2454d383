// SPDX-License-Identifier: Apache-2.0
import { decodeFrameLength } from "../../src/http2/frame/header.js";
import { type Field, field } from "../../src/http2/hpack/field.js";
import { type Http2Limits, resolveHttp2Limits } from "../../src/http2/limits.js";
import { frame } from "../support/http2-frames.js";
import { concat, okTrailers, requestHead, responseHead, TestEndpoint } from "../support/http2-pair.js";

/** One call of a recorded session: what the client sends; the server answers by its path. */
export interface RecordedCall {
  readonly shape: "unary" | "clientStream" | "serverStream" | "bidi" | "cancelled";
  readonly head: readonly Field[];
}

/** What each end of a real conversation sent, as frames; the first of `client` is the preface. */
export interface RecordedSession {
  readonly name: string;
  readonly calls: readonly RecordedCall[];
  readonly client: readonly Uint8Array[];
  readonly server: readonly Uint8Array[];
}

const message = (length: number) => Uint8Array.from([0, 0, 0, 0, length, ...new Uint8Array(length).fill(7)]);

/** Records sessions between two Petrel endpoints: four shapes, cancellation, settings, PING, GOAWAY, window updates. */
export function recordSessions(): RecordedSession[] {
  const one = (shape: RecordedCall["shape"], extra: readonly Field[] = []): RecordedCall => ({
    shape,
    head: [...requestHead, field("x-shape", shape), ...extra],
  });
  const metadata = Array.from({ length: 12 }, (_, index) =>
    field(`x-entry-${index}`, `value ${index} `.repeat(8).trim()),
  );
  const secret = [field("authorization", "Bearer 0123456789", true), field("trace-bin", "AAECAwQFBgc")];
  const plain = [
    record("unary", [one("unary"), one("unary"), one("unary", secret)], {}),
    record("four shapes", [one("unary"), one("clientStream"), one("serverStream"), one("bidi")], {}),
    record("metadata", [one("unary", metadata), one("bidi", metadata), one("unary", metadata)], {}),
    record("cancelled", [one("bidi"), one("cancelled"), one("unary"), one("cancelled")], {}),
    record("small table", [one("unary", metadata), one("unary", secret)], { headerTableBytes: 256 }),
    record("no table", [one("serverStream", metadata), one("unary", metadata)], { headerTableBytes: 0 }),
    record("goaway", [one("unary"), one("bidi")], {}, "goaway"),
    record("upload", [one("clientStream")], { streamWindowBytes: 65_535, connectionWindowBytes: 65_535 }, "upload"),
  ];
  return [
    ...plain,
    ...plain.slice(1, 4).map((session) => reframed(`${session.name}, padded`, session, padded)),
    ...plain.slice(1, 4).map((session) => reframed(`${session.name}, fragmented`, session, fragmented)),
  ];
}

/** Repeats what the client did in a session, up to its last call's opening. */
export function sendCall(call: RecordedCall, open: (head: readonly Field[], endStream: boolean) => Sender): void {
  const sender = open(call.head, false);
  sender.sendData(message(20), call.shape === "unary" || call.shape === "serverStream");
  if (call.shape === "clientStream" || call.shape === "bidi") {
    for (let index = 0; index < 3; index++) sender.sendData(message(10 + index), false);
    sender.sendData(new Uint8Array(0), true);
  }
  if (call.shape === "cancelled") sender.reset(8);
}

interface Sender {
  sendData(bytes: Uint8Array, endStream: boolean): unknown;
  reset(code: number): void;
}

function record(
  name: string,
  calls: readonly RecordedCall[],
  limits: Partial<Http2Limits>,
  extra: "none" | "goaway" | "upload" = "none",
): RecordedSession {
  const client = new TestEndpoint("client", limits);
  const server = new TestEndpoint("server", limits);
  const sent = { client: [] as Uint8Array[], server: [] as Uint8Array[] };
  server.onRequest = (request) => {
    const { stream } = request;
    if (stream === undefined) return;
    const shape = request.heads[0]["x-shape"];
    stream.sendHeaders(responseHead, false);
    const messages = shape === "serverStream" || shape === "bidi" ? 4 : 1;
    for (let index = 0; index < messages; index++) stream.sendData(message(30 + index), false);
    if (shape === "cancelled") return;
    // A client stops sending once the response is complete: the half-close must come first.
    request.headersReceived = () => {};
    request.dataReceived = (_chunk, start, end, endStream) => {
      stream.consumed(end - start);
      if (!endStream) return;
      stream.sendHeaders([...okTrailers, field("x-tail", shape)], true);
      stream.release();
    };
  };
  const exchange = () => {
    for (let round = 0; round < 100; round++) {
      const up = client.take();
      const down = server.take();
      if (up.length + down.length === 0) return;
      sent.client.push(up);
      sent.server.push(down);
      server.give(up);
      client.give(down);
    }
  };
  exchange();
  client.connection.ping(() => {});
  server.connection.ping(() => {});
  for (const call of calls) {
    sendCall(call, (head, endStream) => {
      const stream = client.open(endStream, head)?.stream;
      if (stream === undefined) throw new Error("a recorded session must be able to open its streams");
      if (extra === "upload") stream.sendData(new Uint8Array(40_000), false);
      return stream;
    });
    exchange();
  }
  if (extra === "goaway") {
    client.connection.shutdown();
    server.connection.shutdown();
    exchange();
  }
  return { name, calls, client: cut(concat(sent.client), 24), server: cut(concat(sent.server), 0) };
}

/** Cuts bytes into frames; a preface stays in one piece. */
function cut(bytes: Uint8Array, prefaceBytes: number): Uint8Array[] {
  const frames: Uint8Array[] = prefaceBytes === 0 ? [] : [bytes.slice(0, prefaceBytes)];
  for (let position = prefaceBytes; position < bytes.length; ) {
    const end = position + 9 + decodeFrameLength(bytes, position);
    frames.push(bytes.slice(position, end));
    position = end;
  }
  return frames;
}

function reframed(
  name: string,
  session: RecordedSession,
  change: (one: Uint8Array) => readonly Uint8Array[],
): RecordedSession {
  const [preface, ...rest] = session.client;
  return {
    ...session,
    name,
    client: [preface, ...rest.flatMap(change)],
    server: session.server.flatMap(change),
  };
}

/** DATA and HEADERS with padding, as long as the frame is long. */
function padded(one: Uint8Array): readonly Uint8Array[] {
  const type = one[3];
  if (type > 1) return [one];
  const length = one.length & 0xff;
  const payload = [length, ...one.subarray(9), ...new Uint8Array(length)];
  return [frame(type, one[4] | 8, streamIdOf(one), payload)];
}

/** HEADERS cut into three, the rest as CONTINUATION. */
function fragmented(one: Uint8Array): readonly Uint8Array[] {
  if (one[3] !== 1 || one.length < 13) return [one];
  const block = one.subarray(9);
  const third = Math.floor(block.length / 3);
  const id = streamIdOf(one);
  return [
    frame(1, one[4] & ~4, id, block.subarray(0, third)),
    frame(9, 0, id, block.subarray(third, 2 * third)),
    frame(9, 4, id, block.subarray(2 * third)),
  ];
}

function streamIdOf(one: Uint8Array): number {
  return ((one[5] << 24) | (one[6] << 16) | (one[7] << 8) | one[8]) & 0x7fff_ffff;
}

/** The limits that M1 runs under: the defaults, and bounds so tight that inputs run into them. */
export const fuzzLimits: readonly { readonly client: Http2Limits; readonly server: Http2Limits }[] = [
  {},
  {
    maxConcurrentStreams: 2,
    streamWindowBytes: 65_535,
    connectionWindowBytes: 65_535,
    maxUnreadBytes: 65_535,
    maxHeaderListBytes: 512,
    maxHeaderFields: 10,
    maxContinuationFrames: 1,
    headerTableBytes: 256,
    maxQueuedControlReplies: 5,
    maxQueuedControlRepliesBeforeClose: 20,
    peerResetBurst: 2,
    ownResetBurst: 3,
    maxEmptyDataFrames: 3,
    maxSettingsEntries: 6,
    maxNewStreamsPerTurn: 1,
    maxInterimResponses: 1,
    maxOutputBytes: 16_384,
  },
  { headerTableBytes: 0, maxHeaderBlockBytes: 256, maxConcurrentStreams: 1 },
  { headerTableBytes: 65_536, maxFrameBytes: 65_536, maxHeaderListBytes: 65_536 },
].map((limits) => ({ client: resolveHttp2Limits("client", limits), server: resolveHttp2Limits("server", limits) }));
