// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import {
  block,
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
} from "../../test/support/http2-frames.js";
import { concat, requestHead, responseHead, TestEndpoint } from "../../test/support/http2-pair.js";
import { field } from "./hpack/field.js";

const PROTOCOL = 1;
const FLOW_CONTROL = 3;
const STREAM_CLOSED = 5;
const FRAME_SIZE = 6;
const COMPRESSION = 9;

const open = (id: number) => headersFrame(id, requestHead, 0x4);
const ended = (id: number) => headersFrame(id);
const without = (name: string) => requestHead.filter((one) => one.name !== name);
const replaced = (name: string, value: string) =>
  requestHead.map((one) => (one.name === name ? field(name, value) : one));
const maxWindow = 0x7fff_ffff;

/** What a client sends after its preface and SETTINGS, and the connection error a server must end with. */
const connectionErrors: readonly [what: string, bytes: Uint8Array[], code: number][] = [
  ["DATA on idle stream 1 (§5.1)", [dataFrame(1, [1])], PROTOCOL],
  ["RST_STREAM on idle stream 1 (§5.1)", [resetFrame(1, 8)], PROTOCOL],
  ["WINDOW_UPDATE on idle stream 1 (§5.1)", [windowUpdate(1, 1)], PROTOCOL],
  ["CONTINUATION without a field block (§6.10)", [frame(9, 4, 1, [])], PROTOCOL],
  ["CONTINUATION behind END_HEADERS (§6.10)", [open(1), frame(9, 4, 1, [])], PROTOCOL],
  ["HEADERS on an even stream (§5.1.1)", [ended(2)], PROTOCOL],
  ["HEADERS on a skipped, lower stream (§5.1.1)", [ended(5), ended(3)], PROTOCOL],
  ["DATA on a skipped, lower stream (§6.1)", [ended(5), dataFrame(3, [1])], STREAM_CLOSED],
  ["PRIORITY of 4 octets on an idle stream (§6.3, §6.4)", [frame(2, 0, 9, [0, 0, 0, 3])], FRAME_SIZE],
  ["PRIORITY on itself on an idle stream (§6.4)", [frame(2, 0, 9, [0, 0, 0, 9, 9])], PROTOCOL],
  ["DATA on stream 0 (§6.1)", [dataFrame(0, [1])], PROTOCOL],
  ["HEADERS on stream 0 (§6.2)", [frame(1, 5, 0, block(requestHead))], PROTOCOL],
  ["CONTINUATION on stream 0 (§6.10)", [frame(1, 0, 1, []), frame(9, 4, 0, [])], PROTOCOL],
  ["DATA padding as long as its payload (§6.1)", [open(1), dataFrame(1, [4, 0, 0, 0], 0x8)], PROTOCOL],
  ["HEADERS padding as long as its payload (§6.2)", [frame(1, 0xd, 1, [4, 0, 0, 0])], PROTOCOL],
  ["padded DATA without a pad length (§6.1)", [open(1), dataFrame(1, [], 0x8)], FRAME_SIZE],
  ["HEADERS too short for priority (§6.2)", [frame(1, 0x25, 1, [0, 0, 0])], FRAME_SIZE],
  ["another frame inside a field block (§6.2)", [frame(1, 1, 1, block(requestHead)), pingFrame()], PROTOCOL],
  ["an unknown frame inside a field block (§5.5)", [frame(1, 1, 1, []), frame(0x16, 0, 1, [])], PROTOCOL],
  ["CONTINUATION of another stream (§6.10)", [frame(1, 1, 1, []), frame(9, 4, 3, [])], PROTOCOL],
  ["PRIORITY on stream 0 (§6.3)", [frame(2, 0, 0, [0, 0, 0, 1, 9])], PROTOCOL],
  ["RST_STREAM on stream 0 (§6.4)", [resetFrame(0, 8)], PROTOCOL],
  ["RST_STREAM of 3 octets (§6.4)", [open(1), frame(3, 0, 1, [0, 0, 8])], FRAME_SIZE],
  ["SETTINGS on stream 1 (§6.5)", [frame(4, 0, 1, [])], PROTOCOL],
  ["SETTINGS of 5 octets (§6.5)", [frame(4, 0, 0, [0, 3, 0, 0, 0])], FRAME_SIZE],
  ["SETTINGS ACK with a payload (§6.5)", [frame(4, 1, 0, setting(3, 1))], FRAME_SIZE],
  ["SETTINGS_ENABLE_PUSH of 2 (§6.5.2)", [settingsFrame(setting(2, 2))], PROTOCOL],
  ["SETTINGS_INITIAL_WINDOW_SIZE of 2^31 (§6.5.2)", [settingsFrame(setting(4, 2 ** 31))], FLOW_CONTROL],
  ["SETTINGS_MAX_FRAME_SIZE of 16383 (§6.5.2)", [settingsFrame(setting(5, 16_383))], PROTOCOL],
  ["SETTINGS_MAX_FRAME_SIZE of 2^24 (§6.5.2)", [settingsFrame(setting(5, 2 ** 24))], PROTOCOL],
  ["SETTINGS_MAX_FRAME_SIZE of 0 (CVE-2026-33814)", [settingsFrame(setting(5, 0))], PROTOCOL],
  ["PUSH_PROMISE from a client (§8.4)", [open(1), frame(5, 4, 1, [0, 0, 0, 2])], PROTOCOL],
  ["PING on stream 1 (§6.7)", [frame(6, 0, 1, [1, 2, 3, 4, 5, 6, 7, 8])], PROTOCOL],
  ["PING of 6 octets (§6.7)", [frame(6, 0, 0, [1, 2, 3, 4, 5, 6])], FRAME_SIZE],
  ["GOAWAY on stream 1 (§6.8)", [frame(7, 0, 1, [...uint32(0), ...uint32(0)])], PROTOCOL],
  ["GOAWAY of 7 octets (§6.8)", [frame(7, 0, 0, [0, 0, 0, 0, 0, 0, 0])], FRAME_SIZE],
  ["WINDOW_UPDATE of 0 on stream 0 (§6.9)", [windowUpdate(0, 0)], PROTOCOL],
  ["WINDOW_UPDATE of 3 octets (§6.9)", [frame(8, 0, 0, [0, 0, 1])], FRAME_SIZE],
  ["connection window above 2^31-1 (§6.9.1)", [windowUpdate(0, maxWindow)], FLOW_CONTROL],
  [
    "connection window above 2^31-1 by several (§6.9.1)",
    [windowUpdate(0, maxWindow - 65_535), windowUpdate(0, 1)],
    FLOW_CONTROL,
  ],
  [
    "SETTINGS take a stream's window above 2^31-1 (§6.9.2)",
    [open(1), windowUpdate(1, maxWindow - 65_535), settingsFrame(setting(4, 65_536))],
    FLOW_CONTROL,
  ],
  ["a frame above SETTINGS_MAX_FRAME_SIZE (§4.2)", [frame(0x16, 0, 0, new Uint8Array(16_385))], FRAME_SIZE],
  ["a field block that does not decode (§4.3)", [frame(1, 5, 1, [0x80])], COMPRESSION],
  [
    "a bad field block of a stream that is over (§4.3)",
    [open(1), resetFrame(1, 8), frame(1, 5, 1, [0x80])],
    COMPRESSION,
  ],
];

/** As above, for rules whose breach ends a stream. */
const streamErrors: readonly [what: string, bytes: Uint8Array[], streamId: number, code: number][] = [
  ["DATA after END_STREAM (§5.1)", [ended(1), dataFrame(1, [1])], 1, STREAM_CLOSED],
  ["HEADERS after END_STREAM (§5.1)", [ended(1), ended(1)], 1, STREAM_CLOSED],
  ["DATA after RST_STREAM (§5.1)", [open(1), resetFrame(1, 8), dataFrame(1, [1])], 1, STREAM_CLOSED],
  ["HEADERS after RST_STREAM (§5.1)", [open(1), resetFrame(1, 8), ended(1)], 1, STREAM_CLOSED],
  [
    "HEADERS that depend on themselves (RFC 7540 §5.3.1)",
    [frame(1, 0x25, 1, [0, 0, 0, 1, 9, ...block(requestHead)])],
    1,
    PROTOCOL,
  ],
  ["PRIORITY on itself (RFC 7540 §5.3.1)", [open(1), frame(2, 0, 1, [0, 0, 0, 1, 9])], 1, PROTOCOL],
  ["PRIORITY of 4 octets (§6.3)", [open(1), frame(2, 0, 1, [0, 0, 0, 3])], 1, FRAME_SIZE],
  ["WINDOW_UPDATE of 0 (§6.9)", [open(1), windowUpdate(1, 0)], 1, PROTOCOL],
  ["stream window above 2^31-1 (§6.9.1)", [open(1), windowUpdate(1, maxWindow)], 1, FLOW_CONTROL],
  ["trailers without END_STREAM (§8.1)", [open(1), headersFrame(1, [field("a", "b")], 4)], 1, PROTOCOL],
  ["a pseudo-header field in trailers (§8.1)", [open(1), headersFrame(1, [field(":path", "/")])], 1, PROTOCOL],
  [
    "content-length above the sum of DATA (§8.1.1)",
    [headersFrame(1, [...requestHead, field("content-length", "2")], 4), dataFrame(1, [1], 1)],
    1,
    PROTOCOL,
  ],
  [
    "content-length below the sum of DATA (§8.1.1)",
    [headersFrame(1, [...requestHead, field("content-length", "1")], 4), dataFrame(1, [1]), dataFrame(1, [1])],
    1,
    PROTOCOL,
  ],
  [
    "content-length without DATA (§8.1.1)",
    [headersFrame(1, [...requestHead, field("content-length", "1")])],
    1,
    PROTOCOL,
  ],
  [
    "content-length and early trailers (§8.1.1)",
    [headersFrame(1, [...requestHead, field("content-length", "1")], 4), headersFrame(1, [field("a", "b")])],
    1,
    PROTOCOL,
  ],
  ...["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"].map(
    (name): [string, Uint8Array[], number, number] => [
      `${name} (§8.2.2)`,
      [headersFrame(1, [...requestHead, field(name, "x")])],
      1,
      PROTOCOL,
    ],
  ),
  ["te other than trailers (§8.2.2)", [headersFrame(1, replaced("te", "trailers, deflate"))], 1, PROTOCOL],
  ["an upper-case name (§8.2.1)", [headersFrame(1, [...requestHead, field("X-Test", "a")])], 1, PROTOCOL],
  ["a name with a space (§8.2.1)", [headersFrame(1, [...requestHead, field("x test", "a")])], 1, PROTOCOL],
  ["an empty name (§8.2.1)", [headersFrame(1, [...requestHead, field("", "a")])], 1, PROTOCOL],
  ["a value with NUL (§8.2.1)", [headersFrame(1, [...requestHead, field("x", "a\0b")])], 1, PROTOCOL],
  ["a value with CR LF (§8.2.1)", [headersFrame(1, [...requestHead, field("x", "a\r\nb: c")])], 1, PROTOCOL],
  ["a value with white space around (§8.2.1)", [headersFrame(1, [...requestHead, field("x", " a")])], 1, PROTOCOL],
  [
    "a pseudo-header field after others (§8.3)",
    [headersFrame(1, [...without(":path"), field(":path", "/")])],
    1,
    PROTOCOL,
  ],
  ["an unknown pseudo-header field (§8.3)", [headersFrame(1, [field(":test", "a"), ...requestHead])], 1, PROTOCOL],
  [
    "a response's pseudo-header field in a request (§8.3)",
    [headersFrame(1, [field(":status", "200"), ...requestHead])],
    1,
    PROTOCOL,
  ],
  ...[":method", ":scheme", ":path"].flatMap((name): [string, Uint8Array[], number, number][] => [
    [`no ${name} (§8.3.1)`, [headersFrame(1, without(name))], 1, PROTOCOL],
    [`two of ${name} (§8.3.1)`, [headersFrame(1, [field(name, "/"), ...requestHead])], 1, PROTOCOL],
  ]),
  ["an empty :path (§8.3.1)", [headersFrame(1, replaced(":path", ""))], 1, PROTOCOL],
  ["CONNECT with :path (§8.5)", [headersFrame(1, replaced(":method", "CONNECT"))], 1, PROTOCOL],
];

/** What is not an error. */
const accepted: readonly [what: string, bytes: Uint8Array[], output: string[]][] = [
  ["an unknown frame type (§5.5)", [frame(0x16, 0, 0, [1, 2, 3]), pingFrame()], ["PING ack"]],
  ["undefined flags (§4.1)", [frame(6, 0x16, 0, [1, 2, 3, 4, 5, 6, 7, 8])], ["PING ack"]],
  [
    "the reserved bit of a stream identifier (§4.1)",
    [frame(6, 0, 0x8000_0000, [1, 2, 3, 4, 5, 6, 7, 8])],
    ["PING ack"],
  ],
  ["a PING ACK nobody asked for (§6.7)", [pingFrame(1)], []],
  ["a SETTINGS ACK nobody asked for (§6.5.3)", [frame(4, 1, 0, []), frame(4, 1, 0, [])], []],
  ["an unknown setting (§6.5.2)", [settingsFrame(setting(0xff, 1))], ["SETTINGS ack"]],
  ["PRIORITY on an idle stream (§5.1)", [frame(2, 0, 9, [0, 0, 0, 1, 9])], []],
  ["PRIORITY after the end (§5.1)", [ended(1), resetFrame(1, 8), frame(2, 0, 1, [0, 0, 0, 3, 9])], []],
  [
    "WINDOW_UPDATE and RST_STREAM after RST_STREAM (§5.1)",
    [open(1), resetFrame(1, 8), windowUpdate(1, 1), resetFrame(1, 8)],
    [],
  ],
  [
    "padded HEADERS and DATA (§6.1)",
    [frame(1, 0xc, 1, [2, ...block(requestHead), 0, 0]), dataFrame(1, [1, 7, 0], 0x9)],
    [],
  ],
  ["a trailer section (§8.1)", [open(1), headersFrame(1, [field("a", "b")])], []],
  [
    "CONNECT with :authority alone (§8.5)",
    [headersFrame(1, [field(":method", "CONNECT"), field(":authority", "a:1")])],
    [],
  ],
];

function serve(bytes: Uint8Array[], chunkBytes?: number): TestEndpoint {
  const server = new TestEndpoint("server");
  server.give(clientHello);
  server.take();
  server.give(concat(bytes), chunkBytes);
  return server;
}

for (const chunkBytes of [undefined, 1]) {
  describe(chunkBytes === undefined ? "whole" : "byte by byte", () => {
    test.each(connectionErrors)("%s ends the connection", (_what, bytes, code) => {
      const server = serve(bytes, chunkBytes);
      expect(server.ended?.error).toMatchObject({ errorCode: code, initiator: "local" });
      expect(describeFrames(server.take()).at(-1)).toMatch(new RegExp(`^GOAWAY last \\d+ code ${code}$`));
      expect([server.connection.streams, server.connection.nextTimeout()]).toEqual([0, Number.POSITIVE_INFINITY]);
    });

    test.each(streamErrors)("%s ends the stream", (_what, bytes, streamId, code) => {
      const server = serve(bytes, chunkBytes);
      expect(server.ended).toBeUndefined();
      expect(describeFrames(server.take())).toEqual([`RST_STREAM ${streamId} code ${code}`]);
      expect(server.connection.streams).toBe(0);
      const [request] = server.requests;
      if (request !== undefined) expect(request.error).toMatchObject({ streamId });
    });

    test.each(accepted)("%s is accepted", (_what, bytes, output) => {
      const server = serve(bytes, chunkBytes);
      expect(server.ended).toBeUndefined();
      expect(describeFrames(server.take())).toEqual(output);
    });
  });
}

test("DATA or HEADERS on a stream that both sides have ended end the connection (§5.1)", () => {
  for (const late of [dataFrame(1, [1]), ended(1)]) {
    const server = new TestEndpoint("server");
    server.onRequest = (request) => request.stream?.sendHeaders([field(":status", "204")], true);
    server.give(concat([clientHello, ended(1), late]));
    expect(server.ended?.error).toMatchObject({ errorCode: STREAM_CLOSED });
  }
});

test("frames behind our own RST_STREAM are ignored, and their DATA is credited (§5.1)", () => {
  const server = serve([open(1)]);
  server.requests[0].stream?.reset(8);
  for (let count = 0; count < 40; count++) server.give(dataFrame(1, new Uint8Array(16_384)));
  server.give(headersFrame(1, [field("a", "b")]));
  expect(server.ended).toBeUndefined();
  expect(describeFrames(server.take())).toContain(`WINDOW_UPDATE 0 by ${32 * 16_384}`);
});

test.each([
  ["a bad preface (§3.4)", Uint8Array.from("GET / HTTP/1.1\r\n\r\n", (unit) => unit.charCodeAt(0))],
  ["a first frame that is not SETTINGS (§3.4)", concat([clientHello.slice(0, 24), pingFrame()])],
  ["a first frame that is SETTINGS ACK (§3.4)", concat([clientHello.slice(0, 24), frame(4, 1, 0)])],
])("%s is PROTOCOL_ERROR", (_what, bytes) => {
  const server = new TestEndpoint("server");
  server.give(bytes);
  expect(server.ended?.error).toMatchObject({ errorCode: PROTOCOL });
});

describe("a client", () => {
  const serverHello = settingsFrame();
  const head = headersFrame(1, responseHead, 4);

  test.each<[string, Uint8Array[], number]>([
    ["PUSH_PROMISE (§8.4)", [frame(5, 4, 1, [0, 0, 0, 2])], PROTOCOL],
    ["SETTINGS_ENABLE_PUSH of 1 (§6.5.2)", [settingsFrame(setting(2, 1))], PROTOCOL],
    ["HEADERS on a stream it has not opened (§5.1)", [headersFrame(3, responseHead)], PROTOCOL],
    ["HEADERS on an even stream (§5.1.1)", [headersFrame(2, responseHead)], PROTOCOL],
    [
      "GOAWAY with a growing last stream (§6.8)",
      [frame(7, 0, 0, [...uint32(1), ...uint32(0)]), frame(7, 0, 0, [...uint32(3), ...uint32(0)])],
      PROTOCOL,
    ],
    ["GOAWAY with an even last stream (§6.8)", [frame(7, 0, 0, [...uint32(2), ...uint32(0)])], PROTOCOL],
  ])("%s ends the connection", (_what, bytes, code) => {
    const client = new TestEndpoint("client");
    client.open();
    client.give(concat([serverHello, ...bytes]));
    expect(client.ended?.error).toMatchObject({ errorCode: code });
  });

  test.each<[string, Uint8Array[]]>([
    ["DATA before the response head (§8.1)", [dataFrame(1, [1])]],
    ["a response without :status (§8.3.2)", [headersFrame(1, [field("a", "b")])]],
    ["a response with an invalid :status (§8.3.2)", [headersFrame(1, [field(":status", "20")])]],
    ["a request's pseudo-header field (§8.3)", [headersFrame(1, [field(":status", "200"), field(":path", "/")])]],
    ["1xx with END_STREAM (§8.1)", [headersFrame(1, [field(":status", "100")])]],
    ["101 (§8.6)", [headersFrame(1, [field(":status", "101")], 4)]],
    ["trailers without END_STREAM (§8.1)", [head, headersFrame(1, [field("a", "b")], 4)]],
    [
      "less DATA than content-length (§8.1.1)",
      [headersFrame(1, [...responseHead, field("content-length", "2")], 4), dataFrame(1, [1], 1)],
    ],
  ])("%s ends the stream with PROTOCOL_ERROR", (_what, bytes) => {
    const client = new TestEndpoint("client");
    const call = client.open();
    client.take();
    client.give(concat([serverHello, ...bytes]));
    expect(client.ended).toBeUndefined();
    expect(call?.error).toMatchObject({ errorCode: PROTOCOL, initiator: "local" });
    expect(describeFrames(client.take())).toEqual(["SETTINGS ack", "RST_STREAM 1 code 1"]);
  });

  test("REFUSED_STREAM says that the request was not processed (§8.7)", () => {
    const client = new TestEndpoint("client");
    const call = client.open();
    client.give(concat([serverHello, resetFrame(1, 7)]));
    expect(call?.error).toMatchObject({ errorCode: 7, initiator: "remote", unprocessed: true });
  });

  test("a response that ends before the request has stops the request with NO_ERROR", () => {
    const client = new TestEndpoint("client");
    const call = client.open();
    client.take();
    client.give(concat([serverHello, head, headersFrame(1, [field("grpc-status", "0")])]));
    expect(call?.events).toEqual(["headers", "headers end"]);
    expect(describeFrames(client.take())).toEqual(["SETTINGS ack", "RST_STREAM 1 code 0"]);
  });
});
