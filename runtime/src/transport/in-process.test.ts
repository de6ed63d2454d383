// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { FakeClock, settled } from "../../test/support/fake-platform.js";
import { FakeServer } from "../../test/support/fake-server.js";
import { field } from "./exchange.js";
import { Http2ClientConnection } from "./http2-client.js";
import { dialInProcess } from "./in-process.js";
import { resolveHttp2Limits } from "./limits.js";
import type { ByteEndpoint } from "./socket.js";

const requestHead = [
  field(":method", "POST"),
  field(":scheme", "http"),
  field(":path", "/a.B/C"),
  field(":authority", "localhost"),
];

class Events {
  readonly heard: string[] = [];

  ready() {
    this.heard.push("ready");
  }
  draining(debugText: string) {
    this.heard.push(`draining ${debugText}`);
  }
  slotAvailable() {
    this.heard.push("slot");
  }
  exchangeOpened() {
    this.heard.push("opened");
  }
  ended(error: Error | undefined) {
    this.heard.push(`ended ${error?.message ?? "in order"}`);
  }

  // As an exchange's listener.
  headersReceived(_fields: unknown, endStream: boolean) {
    this.heard.push(endStream ? "trailers" : "head");
  }
  dataReceived(_chunk: Uint8Array, start: number, end: number) {
    this.heard.push(`${end - start} bytes`);
  }
  outputDrained() {
    this.heard.push("drained");
  }
  streamReset(error: { message: string }) {
    this.heard.push(`reset ${error.message}`);
  }
}

async function connect(server: FakeServer, events: Events, clock = new FakeClock()) {
  let client: Http2ClientConnection | undefined;
  dialInProcess(clock, server.accept, {
    connected(host, peer) {
      client = new Http2ClientConnection(host, peer, resolveHttp2Limits("client"), events);
      return client;
    },
    failed(error) {
      throw error;
    },
  });
  await settled();
  if (client === undefined) throw new Error("no connection was made");
  return { client, clock };
}

test("both ends see a peer called in-process, and the client is ready without a socket", async () => {
  const server = new FakeServer();
  const events = new Events();
  const { client } = await connect(server, events);
  expect([client.peer.address, server.connection.peer.address, events.heard]).toEqual([
    "in-process",
    "in-process",
    ["ready"],
  ]);
});

test("a request and its answer cross in microtasks, without any time passing", async () => {
  const server = new FakeServer();
  const events = new Events();
  const { client } = await connect(server, events);
  client.open(requestHead, false, events)?.sendData(new Uint8Array(7), true);
  await settled();
  expect(server.exchanges[0].receivedBytes).toBe(7);
  server.exchanges[0].answer();
  await settled();
  expect(events.heard).toEqual(["ready", "opened", "head", "5 bytes", "trailers"]);
  expect([client.streams, server.connection.streams]).toEqual([0, 0]);
});

test("flow control holds a sender back as over a wire", async () => {
  const server = new FakeServer({ streamWindowBytes: 65_535, maxStreamWindowBytes: 65_535 });
  const events = new Events();
  const { client } = await connect(server, events);
  const exchange = client.open(requestHead, false, events);
  expect(exchange?.sendData(new Uint8Array(1_000_000), true)).toBe(false);
  await settled();
  expect(server.exchanges[0].receivedBytes).toBe(1_000_000);
  expect(events.heard).toContain("drained");
});

test("a hundred requests at once outlast one turn's budget of new streams", async () => {
  const server = new FakeServer();
  const { client } = await connect(server, new Events());
  for (let i = 0; i < 100; i++) client.open(requestHead, true, new Events());
  await settled();
  expect(server.exchanges).toHaveLength(100);
});

test("an end that asked for a later turn gets nothing more until it has continued", async () => {
  const heard: string[] = [];
  const idle: ByteEndpoint = {
    receive: () => true,
    continueReceive: () => true,
    inputEnded() {},
    takeOutput: () => undefined,
    outputWritten() {},
    nextTimeout: () => Number.POSITIVE_INFINITY,
    handleTimeout() {},
  };
  const chunks = ["a", "b"].map((text) => new TextEncoder().encode(text));
  let turns = 3;
  const slow: ByteEndpoint = {
    ...idle,
    receive(chunk) {
      heard.push(new TextDecoder().decode(chunk));
      return heard.length > 1;
    },
    continueReceive() {
      heard.push("continue");
      return --turns === 0;
    },
  };
  dialInProcess(new FakeClock(), (incoming) => incoming.attach(() => slow), {
    connected: () => ({ ...idle, takeOutput: () => chunks.shift() }),
    failed(error) {
      throw error;
    },
  });
  await settled();
  expect(heard).toEqual(["a", "continue", "continue", "continue", "b"]);
});

test("closing one end ends the other and leaves no timer", async () => {
  for (const closing of ["client", "server"] as const) {
    const server = new FakeServer();
    const events = new Events();
    const { client, clock } = await connect(server, events);
    client.open(requestHead, true, events);
    await settled();
    if (closing === "client") client.close();
    else server.connection.close();
    await settled();
    expect([client.state, server.connection.state, clock.pending]).toEqual(["closed", "closed", 0]);
    expect(server.ended).toHaveLength(1);
    expect(events.heard.filter((event) => event.startsWith("ended"))).toHaveLength(1);
    expect(events.heard.filter((event) => event.startsWith("reset"))).toHaveLength(1);
  }
});

test("a graceful end of the server lets the exchange finish, then both ends are gone", async () => {
  const server = new FakeServer();
  const events = new Events();
  const { client, clock } = await connect(server, events);
  client.open(requestHead, true, events);
  await settled();
  server.connection.shutdown();
  await settled();
  expect(client.state).toBe("draining");
  expect(client.open(requestHead, true, events)).toBeUndefined();
  server.exchanges[0].answer();
  await settled();
  expect(events.heard.slice(-2)).toEqual(["trailers", "ended in order"]);
  expect([client.state, server.drained.length, server.ended.length, clock.pending]).toEqual(["closed", 1, 1, 0]);
});

test("a cancelled dial connects nobody", async () => {
  const server = new FakeServer();
  const dial = dialInProcess(new FakeClock(), server.accept, {
    connected() {
      throw new Error("connected after cancel");
    },
    failed(error) {
      throw error;
    },
  });
  dial.cancel();
  await settled();
  expect(server.connections).toEqual([]);
});
