// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { BlackHole, FakeClock } from "../../test/support/fake-platform.js";
import { FakeServer } from "../../test/support/fake-server.js";
import { Http2ServerConnection } from "./http2-server.js";
import { http2LimitNames, resolveHttp2Limits } from "./limits.js";

const peer = { address: "192.0.2.1", port: 4711 };

function make() {
  const host = new BlackHole(new FakeClock());
  const server = new FakeServer();
  const connection = new Http2ServerConnection(host, peer, resolveHttp2Limits("server"), server);
  return { host, server, connection };
}

test("the server's SETTINGS are the first thing to leave (RFC 9113 §3.4)", () => {
  const { connection } = make();
  const bytes = connection.endpoint.takeOutput();
  expect(bytes?.[3]).toBe(4);
  expect([connection.state, connection.streams, connection.peer]).toEqual(["open", 0, peer]);
});

test("counters name every limit", () => {
  const { connection } = make();
  expect(Object.keys(connection.counters)).toEqual(http2LimitNames);
});

test("a peer that does not speak HTTP/2 ends the connection with the rule it broke", () => {
  const { connection, host, server } = make();
  connection.endpoint.receive(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: a\r\n\r\n"));
  expect([connection.state, host.state]).toEqual(["closed", "ended"]);
  expect(server.ended).toEqual([connection]);
});

test("close() ends once, whatever comes after", () => {
  const { connection, server } = make();
  connection.close();
  connection.close();
  connection.shutdown();
  connection.endpoint.inputEnded();
  expect(server.ended).toEqual([connection]);
});
