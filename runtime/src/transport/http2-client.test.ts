// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { BlackHole, FakeClock, settled } from "../../test/support/fake-platform.js";
import { FakeServer } from "../../test/support/fake-server.js";
import { field } from "./exchange.js";
import { type ClientConnectionListener, Http2ClientConnection } from "./http2-client.js";
import { dialInProcess } from "./in-process.js";
import { resolveHttp2Limits } from "./limits.js";

const requestHead = [
  field(":method", "POST"),
  field(":scheme", "http"),
  field(":path", "/a.B/C"),
  field(":authority", "localhost"),
];
const deaf = { headersReceived() {}, dataReceived() {}, outputDrained() {}, streamReset() {} };
const peer = { address: "192.0.2.1", port: 443 };

function recorder(heard: string[]): ClientConnectionListener {
  return {
    ready: () => heard.push("ready"),
    draining: (debugText) => heard.push(`draining ${debugText}`),
    slotAvailable: () => heard.push("slot"),
    exchangeOpened: () => heard.push("opened"),
    ended: (error) => heard.push(`ended ${error?.message ?? "in order"}`),
  };
}

async function connect(server: FakeServer, heard: string[]) {
  const clock = new FakeClock();
  let client: Http2ClientConnection | undefined;
  dialInProcess(clock, server.accept, {
    connected: (host) =>
      (client = new Http2ClientConnection(host, peer, resolveHttp2Limits("client"), recorder(heard))),
    failed: (error) => heard.push(error.message),
  });
  await settled();
  if (client === undefined) throw new Error("no connection was made");
  return { client, clock };
}

test("before SETTINGS a server is taken to allow 100 streams (RFC 9113 §6.5.2)", () => {
  const client = new Http2ClientConnection(
    new BlackHole(new FakeClock()),
    peer,
    resolveHttp2Limits("client"),
    recorder([]),
  );
  let opened = 0;
  for (let i = 0; i < 150; i++) if (client.open(requestHead, true, deaf) !== undefined) opened++;
  expect([opened, client.streams]).toEqual([100, 100]);
});

test("only the first SETTINGS make it ready; a slot freed after a refusal is announced once", async () => {
  const heard: string[] = [];
  const server = new FakeServer({ maxConcurrentStreams: 1 });
  const { client } = await connect(server, heard);
  expect(client.open(requestHead, true, deaf)).toBeDefined();
  expect(client.open(requestHead, true, deaf)).toBeUndefined();
  await settled();
  server.exchanges[0].answer();
  await settled();
  expect(heard).toEqual(["ready", "opened", "slot"]);
});

test("GOAWAY is announced with its debug data", async () => {
  const heard: string[] = [];
  const server = new FakeServer();
  await connect(server, heard);
  server.connection.close(11, "too_many_pings");
  await settled();
  expect(heard.slice(0, 2)).toEqual(["ready", "draining too_many_pings"]);
  expect(heard).toHaveLength(3);
});

test("ping measures the round trip, and answers undefined when the connection ends first", async () => {
  const server = new FakeServer();
  const { client } = await connect(server, []);
  const answers: unknown[] = [];
  client.ping((roundTripMs) => answers.push(roundTripMs));
  await settled();
  expect(answers).toEqual([0]);
  client.ping((roundTripMs) => answers.push(roundTripMs));
  client.close();
  expect(answers).toEqual([0, undefined]);
});

test("lastReadAt is when bytes last came", async () => {
  const server = new FakeServer();
  const { client, clock } = await connect(server, []);
  const connectedAt = client.lastReadAt;
  await clock.advance(5_000);
  expect(client.lastReadAt).toBe(connectedAt);
  client.ping(() => {});
  await settled();
  expect(client.lastReadAt).toBe(clock.now());
});

test("a lost socket ends the exchanges and the connection once", async () => {
  const heard: string[] = [];
  const server = new FakeServer();
  const { client } = await connect(server, heard);
  client.open(requestHead, true, { ...deaf, streamReset: (error) => heard.push(`reset by ${error.initiator}`) });
  client.inputEnded(new Error("read ECONNRESET"));
  client.inputEnded();
  expect(heard.slice(2)).toEqual(["reset by connection", "ended read ECONNRESET"]);
});

test("used-up stream identifiers drain the connection (RFC 9113 §5.1.1)", async () => {
  const heard: string[] = [];
  const server = new FakeServer();
  const { client } = await connect(server, heard);
  // The 2^30 requests before it cannot be made in a test.
  const engine = server.connection.endpoint.constructor as { prototype: { canOpenStream(): boolean } };
  const { canOpenStream } = engine.prototype;
  engine.prototype.canOpenStream = () => false;
  try {
    expect(client.open(requestHead, true, deaf)).toBeUndefined();
  } finally {
    engine.prototype.canOpenStream = canOpenStream;
  }
  expect(heard).toContain("draining ");
  expect(client.state).toBe("closed");
});
