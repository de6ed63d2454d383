// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { FakePlatform, settled } from "../../test/support/fake-platform.js";
import { FakeServer } from "../../test/support/fake-server.js";
import { field } from "../transport/exchange.js";
import { createHttp2Counters, resolveHttp2Limits } from "../transport/limits.js";
import { defaultBackoff } from "./backoff.js";
import { Subchannel, type SubchannelSettings } from "./subchannel.js";

const requestHead = [
  field(":method", "POST"),
  field(":scheme", "http"),
  field(":path", "/a.B/C"),
  field(":authority", "localhost"),
];
const deaf = { headersReceived() {}, dataReceived() {}, outputDrained() {}, streamReset() {} };

function make(settings: Partial<SubchannelSettings> = {}) {
  const platform = new FakePlatform();
  const states: string[] = [];
  const subchannel = new Subchannel(
    {
      platform,
      addresses: [{ host: "10.0.0.1", port: 1 }],
      dialOptions: { tls: undefined, serverName: "a" },
      limits: resolveHttp2Limits("client", { prefaceTimeoutMs: 60_000, settingsAckTimeoutMs: 60_000 }),
      limitCounters: createHttp2Counters(),
      connectTimeoutMs: 20_000,
      backoff: defaultBackoff,
      random: () => 0.5,
      keepalive: undefined,
      ...settings,
    },
    { stateChanged: (state) => states.push(state), slotAvailable: () => states.push("slot") },
  );
  return { platform, clock: platform.clock, subchannel, states };
}

async function makeReady(settings?: Partial<SubchannelSettings>) {
  const made = make(settings);
  const server = new FakeServer();
  made.subchannel.connect();
  await made.platform.dialed.accept(server.accept);
  return { ...made, server };
}

test("IDLE dials nothing until connect()", async () => {
  const { clock, platform, subchannel } = make();
  await clock.advance(3_600_000);
  expect([subchannel.state, platform.dials.length, clock.pending]).toEqual(["IDLE", 0, 0]);
});

test("IDLE, CONNECTING, READY with the server's SETTINGS", async () => {
  const { platform, subchannel, states } = make();
  const server = new FakeServer();
  subchannel.connect();
  expect(subchannel.state).toBe("CONNECTING");
  await platform.dialed.accept(server.accept);
  expect(states).toEqual(["CONNECTING", "READY"]);
  expect(subchannel.connection?.peer.address).toBe("in-process");
  await subchannel.close();
});

test("connect() while CONNECTING or READY dials no second time", async () => {
  const { platform, subchannel } = await makeReady();
  subchannel.connect();
  expect(platform.dials).toHaveLength(1);
  await subchannel.close();
});

test("a TCP connection without SETTINGS is no connection: the attempt fails after connectTimeoutMs", async () => {
  const { clock, platform, subchannel, states } = make();
  subchannel.connect();
  const blackHole = platform.dialed.blackHole();
  await clock.advance(19_999);
  expect(states).toEqual(["CONNECTING"]);
  await clock.advance(1);
  expect(states).toEqual(["CONNECTING", "TRANSIENT_FAILURE", "CONNECTING"]);
  expect(subchannel.lastError?.message).toBe(
    "10.0.0.1:1: connected, but no HTTP/2 SETTINGS within connectTimeoutMs (20000)",
  );
  expect(blackHole.state).toBe("ended");
  await subchannel.close();
});

test("a dial that never ends is given up after connectTimeoutMs", async () => {
  const { clock, platform, subchannel } = make({ connectTimeoutMs: 500 });
  subchannel.connect();
  await clock.advance(500);
  expect(subchannel.lastError?.message).toBe("10.0.0.1:1: no connection within connectTimeoutMs (500)");
  expect(platform.dialed.state).toBe("cancelled");
  await subchannel.close();
});

test("the next attempt starts the backoff after the start of the failed one, and backoff grows", async () => {
  const { clock, platform, subchannel, states } = make();
  subchannel.connect();
  await clock.advance(300);
  platform.dialed.fail("refused");
  expect(subchannel.state).toBe("TRANSIENT_FAILURE");
  await clock.advance(699);
  expect(platform.dials).toHaveLength(1);
  await clock.advance(1);
  expect(platform.dials).toHaveLength(2);
  platform.dialed.fail("refused");
  await clock.advance(1_599);
  expect(platform.dials).toHaveLength(2);
  await clock.advance(1);
  expect(platform.dials).toHaveLength(3);
  expect(states).toEqual(["CONNECTING", "TRANSIENT_FAILURE", "CONNECTING", "TRANSIENT_FAILURE", "CONNECTING"]);
  await subchannel.close();
});

test("an attempt that took longer than the backoff is followed by the next at once", async () => {
  const { clock, platform, subchannel } = make();
  subchannel.connect();
  await clock.advance(5_000);
  platform.dialed.fail("refused");
  await clock.advance(0);
  expect(platform.dials).toHaveLength(2);
  await subchannel.close();
});

test("SETTINGS reset the backoff, a TCP connection does not", async () => {
  const { clock, platform, subchannel } = make({ connectTimeoutMs: 100 });
  const server = new FakeServer();
  subchannel.connect();
  platform.dialed.fail("refused");
  await clock.advance(1_000);
  platform.dialed.blackHole();
  await clock.advance(1_599);
  expect(platform.dials).toHaveLength(2);
  await clock.advance(1);
  expect(platform.dials).toHaveLength(3);
  await platform.dialed.accept(server.accept);
  expect(subchannel.state).toBe("READY");
  subchannel.connection?.open(requestHead, true, deaf);
  server.connection.close();
  await settled();
  subchannel.connect();
  platform.dialed.fail("refused");
  await clock.advance(1_000);
  expect(platform.dials).toHaveLength(5);
  await subchannel.close();
});

test("addresses are tried in order, each with its share of the time that is left", async () => {
  const addresses = [1, 2, 3].map((port) => ({ host: "10.0.0.1", port }));
  const { clock, platform, subchannel } = make({ addresses, connectTimeoutMs: 900 });
  subchannel.connect();
  await clock.advance(300);
  expect(platform.dials.map((dial) => dial.state)).toEqual(["cancelled", "open"]);
  platform.dialed.fail("connect ECONNREFUSED 10.0.0.1:2");
  expect(platform.dials).toHaveLength(3);
  await clock.advance(599);
  expect(subchannel.state).toBe("CONNECTING");
  await clock.advance(1);
  expect(subchannel.lastError?.message).toBe(
    "10.0.0.1:1: no connection within connectTimeoutMs (900); connect ECONNREFUSED 10.0.0.1:2; 10.0.0.1:3: no connection within connectTimeoutMs (900)",
  );
  await subchannel.close();
});

test("the second address serves when the first refuses", async () => {
  const addresses = [1, 2].map((port) => ({ host: "10.0.0.1", port }));
  const { platform, subchannel, states } = make({ addresses });
  subchannel.connect();
  platform.dialed.fail("refused");
  await platform.dialed.accept(new FakeServer().accept);
  expect(states).toEqual(["CONNECTING", "READY"]);
  await subchannel.close();
});

test("a dial that throws, as for an unreadable certificate, is a failed attempt", async () => {
  const platform = new FakePlatform();
  platform.dial = () => {
    throw new Error("no start line");
  };
  const { subchannel } = make({ platform });
  subchannel.connect();
  expect(subchannel.lastError?.message).toBe("10.0.0.1:1: no start line");
  await subchannel.close();
});

test("GOAWAY: IDLE for new calls while the running ones finish (RFC 9113 §6.8)", async () => {
  const { platform, subchannel, server, states } = await makeReady();
  const old = subchannel.connection;
  let ended = "no";
  old?.open(requestHead, true, {
    ...deaf,
    headersReceived: (_fields, endStream) => (ended = endStream ? "yes" : "no"),
  });
  await settled();
  server.connection.shutdown();
  await settled();
  expect([subchannel.state, subchannel.connection, subchannel.connections]).toEqual(["IDLE", undefined, 1]);
  subchannel.connect();
  expect(platform.dials).toHaveLength(2);
  server.exchanges[0].answer();
  await settled();
  expect([ended, subchannel.connections]).toEqual(["yes", 0]);
  expect(states).toEqual(["CONNECTING", "READY", "IDLE", "CONNECTING"]);
  expect(subchannel.counters.drained).toBe(1);
  await subchannel.close();
});

test("a lost connection leads to IDLE", async () => {
  const { subchannel, server, states } = await makeReady();
  server.connection.close();
  await settled();
  expect([states.at(-1), subchannel.connections]).toEqual(["IDLE", 0]);
});

test("a server that greets and hangs up before any call is dialed once per backoff", async () => {
  const { clock, platform, subchannel, server } = await makeReady();
  server.connection.close();
  await settled();
  subchannel.connect();
  expect([subchannel.state, platform.dials.length]).toEqual(["CONNECTING", 1]);
  await clock.advance(999);
  expect(platform.dials).toHaveLength(1);
  await clock.advance(1);
  expect(platform.dials).toHaveLength(2);
  await subchannel.close();
});

test("a connection that carried a call is replaced at once", async () => {
  const { platform, subchannel, server } = await makeReady();
  subchannel.connection?.open(requestHead, true, deaf);
  server.connection.close();
  await settled();
  subchannel.connect();
  expect(platform.dials).toHaveLength(2);
  await subchannel.close();
});

test("too_many_pings doubles the keepalive interval of later connections (gRFC A8)", async () => {
  const keepalive = { intervalMs: 10_000, timeoutMs: 1_000, withoutCalls: true };
  const { clock, platform, subchannel, server } = await makeReady({ keepalive });
  subchannel.connection?.open(requestHead, true, deaf);
  server.connection.close(11, "too_many_pings");
  await settled();
  subchannel.connect();
  const second = new FakeServer();
  await platform.dialed.accept(second.accept);
  const before = subchannel.connection?.lastReadAt;
  await clock.advance(19_999);
  expect(subchannel.connection?.lastReadAt).toBe(before);
  await clock.advance(1);
  expect(subchannel.connection?.lastReadAt).toBe(clock.now());
  await subchannel.close();
});

test("close() from any state is SHUTDOWN, leaves no timer and starts nothing more", async () => {
  const idle = make();
  await idle.subchannel.close();
  const connecting = make();
  connecting.subchannel.connect();
  await connecting.subchannel.close();
  expect(connecting.platform.dialed.state).toBe("cancelled");
  const greeting = make();
  greeting.subchannel.connect();
  const blackHole = greeting.platform.dialed.blackHole();
  await greeting.subchannel.close();
  expect(blackHole.state).toBe("ended");
  const failing = make();
  failing.subchannel.connect();
  failing.platform.dialed.fail("refused");
  await failing.subchannel.close();
  const ready = await makeReady();
  await ready.subchannel.close();
  await settled();
  expect(ready.server.ended).toHaveLength(1);
  for (const made of [idle, connecting, greeting, failing, ready]) {
    made.subchannel.connect();
    await settled();
    expect([made.subchannel.state, made.states.at(-1), made.clock.pending]).toEqual(["SHUTDOWN", "SHUTDOWN", 0]);
    expect(made.platform.dials.length).toBeLessThanOrEqual(1);
  }
});
