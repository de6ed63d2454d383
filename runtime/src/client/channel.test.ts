// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { FakePlatform, settled } from "../../test/support/fake-platform.js";
import { FakeServer } from "../../test/support/fake-server.js";
import type { CallOptions } from "../rpc/call.js";
import { Code } from "../rpc/code.js";
import { bytesMethod } from "../rpc/method.js";
import { StatusError } from "../rpc/status-error.js";
import { ClientChannel } from "./channel.js";
import type { ChannelOptions } from "./channel-options.js";

const method = bytesMethod("/demo.v1.Echo/Say", "unary");

function make(options?: ChannelOptions) {
  const platform = new FakePlatform();
  const channel = new ClientChannel(platform, "localhost:50051", options);
  const outcomes: string[] = [];
  const call = (name: string, callOptions?: CallOptions) => {
    const handle = channel.call(method, new Uint8Array(0), callOptions);
    handle.then(
      () => outcomes.push(`${name} OK`),
      (error: StatusError) => outcomes.push(`${name} ${error.toString()}`),
    );
    return handle;
  };
  return { platform, clock: platform.clock, channel, call, outcomes };
}

async function makeReady(limits?: ConstructorParameters<typeof FakeServer>[0], options?: ChannelOptions) {
  const made = make(options);
  const server = new FakeServer(limits);
  const connected = made.channel.connect();
  await made.platform.dialed.accept(server.accept);
  await connected;
  return { ...made, server };
}

describe("connecting", () => {
  test("a channel is lazy: nothing is dialed before the first call or connect()", () => {
    const { channel, platform } = make();
    expect([channel.target, channel.state, platform.dials.length]).toEqual(["dns:///localhost:50051", "IDLE", 0]);
  });

  test("the first call dials, waits in CONNECTING and starts when READY", async () => {
    const { channel, call, platform, outcomes } = make();
    call("a");
    expect([channel.state, channel.stats().calls.queued]).toEqual(["CONNECTING", 1]);
    expect(platform.dialed).toMatchObject({
      address: { host: "localhost", port: 50051 },
      options: { tls: undefined, serverName: "localhost" },
    });
    const server = new FakeServer();
    await platform.dialed.accept(server.accept);
    expect([channel.state, channel.stats().calls.queued]).toEqual(["READY", 0]);
    expect(server.exchanges[0].fields).toMatchObject({
      ":scheme": "http",
      ":authority": "localhost:50051",
      ":path": "/demo.v1.Echo/Say",
      "user-agent": "grpc-typescript-petrel/0.1.0",
    });
    server.exchanges[0].answer();
    await settled();
    expect(outcomes).toEqual(["a OK"]);
    await channel.close();
  });

  test("connect() resolves when READY and waits through failures", async () => {
    const { channel, clock, platform } = make();
    let connected = "no";
    void channel.connect().then(() => {
      connected = "yes";
    });
    platform.dialed.fail("refused");
    await settled();
    expect([channel.state, connected]).toEqual(["TRANSIENT_FAILURE", "no"]);
    await clock.advance(1_200);
    await platform.dialed.accept(new FakeServer().accept);
    expect([channel.state, connected]).toEqual(["READY", "yes"]);
    await channel.connect();
    await channel.close();
  });

  test("connect() rejects with the signal's reason when it aborts", async () => {
    const { channel } = make();
    const controller = new AbortController();
    const connected = channel.connect({ signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(connected).rejects.toThrow("enough");
    await expect(channel.connect({ signal: controller.signal })).rejects.toThrow("enough");
    await channel.close();
  });
});

describe("a server that cannot be reached", () => {
  test("waiting calls fail UNAVAILABLE with target, address, reason and cause; waitForReady ones stay", async () => {
    const { channel, clock, call, platform, outcomes } = make();
    const failing = call("plain");
    call("waiting", { waitForReady: true });
    platform.dialed.fail("connect ECONNREFUSED 127.0.0.1:50051");
    await settled();
    const text = "no connection to dns:///localhost:50051: localhost:50051: connect ECONNREFUSED 127.0.0.1:50051";
    expect(outcomes).toEqual([`plain StatusError: UNAVAILABLE: ${text}`]);
    const error = await failing.catch((reason: StatusError) => reason);
    expect((error as StatusError).cause).toBeInstanceOf(Error);
    expect(((error as StatusError).cause as Error).message).toContain("ECONNREFUSED");
    expect(channel.stats().calls.queued).toBe(1);
    await clock.advance(1_200);
    const server = new FakeServer();
    await platform.dialed.accept(server.accept);
    server.exchanges[0].answer();
    await settled();
    expect(outcomes).toHaveLength(2);
    expect(outcomes[1]).toBe("waiting OK");
    await channel.close();
  });

  test("the channel stays in TRANSIENT_FAILURE while it tries again, and calls fail at once (gRFC A62)", async () => {
    const { channel, clock, call, platform, outcomes } = make();
    const connecting = channel.connect().then(
      () => "ready",
      (error: unknown) => String(error),
    );
    platform.dialed.fail("refused");
    call("in backoff");
    await settled();
    await clock.advance(1_200);
    expect(platform.dials).toHaveLength(2);
    call("in the second attempt");
    await settled();
    expect(channel.state).toBe("TRANSIENT_FAILURE");
    expect(outcomes.map((outcome) => outcome.split(":")[0])).toEqual([
      "in backoff StatusError",
      "in the second attempt StatusError",
    ]);
    await channel.close();
    expect(await connecting).toContain("StatusError");
  });

  test("a black hole fails calls after connectTimeoutMs", async () => {
    const { channel, clock, call, platform, outcomes } = make({ connectTimeoutMs: 3_000 });
    call("a");
    platform.dialed.blackHole();
    await clock.advance(3_000);
    expect(outcomes).toEqual([
      "a StatusError: UNAVAILABLE: no connection to dns:///localhost:50051: localhost:50051: connected, but no HTTP/2 SETTINGS within connectTimeoutMs (3000)",
    ]);
    await channel.close();
  });

  test("a call's deadline ends its wait and it leaves the queue", async () => {
    const { channel, clock, call, outcomes } = make();
    call("a", { timeoutMs: 50 });
    await clock.advance(60);
    expect(outcomes).toEqual(["a StatusError: DEADLINE_EXCEEDED: deadline exceeded after 50 ms"]);
    expect(channel.stats().calls).toMatchObject({ queued: 0, running: 0, ended: { DEADLINE_EXCEEDED: 1 } });
    await channel.close();
  });
});

describe("MAX_CONCURRENT_STREAMS", () => {
  test("calls past it queue and start in order as streams end", async () => {
    const { channel, call, server, outcomes } = await makeReady({ maxConcurrentStreams: 2 });
    for (const name of ["a", "b", "c", "d"]) call(name);
    await settled();
    expect([server.exchanges.length, channel.stats().calls.queued]).toEqual([2, 2]);
    server.exchanges[0].answer();
    await settled();
    expect([server.exchanges.length, channel.stats().calls.queued]).toEqual([3, 1]);
    server.exchanges[2].answer();
    server.exchanges[1].answer();
    await settled();
    server.exchanges[3].answer();
    await settled();
    expect(outcomes).toEqual(["a OK", "c OK", "b OK", "d OK"]);
    await channel.close();
  });

  test("a cancelled call leaves the queue without having been sent", async () => {
    const { channel, call, server, outcomes } = await makeReady({ maxConcurrentStreams: 1 });
    call("a");
    call("b").cancel();
    call("c");
    await settled();
    server.exchanges[0].answer();
    await settled();
    server.exchanges[1].answer();
    await settled();
    expect(outcomes).toEqual(["b StatusError: CANCELLED: cancelled", "a OK", "c OK"]);
    expect(server.exchanges).toHaveLength(2);
    await channel.close();
  });

  test("a thousand calls on two streams all end", async () => {
    const { channel, call, server, outcomes } = await makeReady({ maxConcurrentStreams: 2 });
    for (let i = 0; i < 1_000; i++) call(`${i}`);
    await settled();
    for (let answered = 0; answered < 1_000; answered++) {
      if (server.exchanges[answered] === undefined) await settled();
      server.exchanges[answered].answer();
    }
    await settled();
    expect(outcomes.filter((outcome) => outcome.endsWith(" OK"))).toHaveLength(1_000);
    await channel.close();
  });
});

describe("losing the connection", () => {
  test("GOAWAY: IDLE without calls; the next call connects anew", async () => {
    const { channel, call, platform, server, outcomes } = await makeReady();
    call("a");
    await settled();
    server.exchanges[0].answer();
    await settled();
    server.connection.shutdown();
    await settled();
    expect([channel.state, platform.dials.length]).toEqual(["IDLE", 1]);
    call("b");
    expect(platform.dials).toHaveLength(2);
    const second = new FakeServer();
    await platform.dialed.accept(second.accept);
    second.exchanges[0].answer();
    await settled();
    expect(outcomes).toEqual(["a OK", "b OK"]);
    await channel.close();
  });

  test("GOAWAY with calls running: they finish on the old connection while new ones use the next", async () => {
    const { channel, call, platform, server, outcomes } = await makeReady();
    call("old");
    await settled();
    server.connection.shutdown();
    await settled();
    call("new");
    const second = new FakeServer();
    await platform.dialed.accept(second.accept);
    second.exchanges[0].answer();
    await settled();
    server.exchanges[0].answer();
    await settled();
    expect(outcomes).toEqual(["new OK", "old OK"]);
    expect(channel.stats().connections).toMatchObject({ open: 1, connected: 2, drained: 1 });
    await channel.close();
  });

  test("a lost connection ends its calls UNAVAILABLE; queued ones go on with the next", async () => {
    const { channel, call, platform, server, outcomes } = await makeReady({ maxConcurrentStreams: 1 });
    call("running");
    call("queued");
    await settled();
    server.connection.close();
    await settled();
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toMatch(/^running StatusError: UNAVAILABLE/);
    expect([channel.state, platform.dials.length]).toEqual(["CONNECTING", 2]);
    const second = new FakeServer();
    await platform.dialed.accept(second.accept);
    second.exchanges[0].answer();
    await settled();
    expect(outcomes[1]).toBe("queued OK");
    await channel.close();
  });

  test("keepalive ends the calls of a server that went silent", async () => {
    const { channel, clock, call, server, outcomes } = await makeReady(undefined, {
      keepalive: { intervalMs: 10_000, timeoutMs: 2_000 },
    });
    call("a");
    await settled();
    await clock.advance(60_000);
    expect(outcomes).toEqual([]);
    // From here on the server's bytes do not come any more.
    const { endpoint } = server.connection;
    endpoint.takeOutput = () => undefined;
    await clock.advance(12_000);
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toMatch(/^a StatusError: UNAVAILABLE: .*keepalive PING within keepalive.timeoutMs \(2000\)/);
    await channel.close();
  });
});

describe("closing", () => {
  test("calls in flight and in the queue end CANCELLED, the server sees it, and nothing is left", async () => {
    const { channel, clock, platform, call, server, outcomes } = await makeReady({ maxConcurrentStreams: 1 });
    call("running");
    call("queued");
    await settled();
    expect(platform.openChannels).toBe(1);
    await channel.close();
    await settled();
    expect(outcomes).toEqual([
      "running StatusError: CANCELLED: cancelled: the channel was closed",
      "queued StatusError: CANCELLED: cancelled: the channel was closed",
    ]);
    expect(server.exchanges[0].reset).toMatchObject({ errorCode: 8 });
    expect(server.ended).toHaveLength(1);
    expect(channel.state).toBe("SHUTDOWN");
    expect(platform.openChannels).toBe(0);
    expect(channel.stats().calls).toMatchObject({ started: 2, running: 0, queued: 0, ended: { CANCELLED: 2 } });
    expect(clock.pending).toBe(0);
  });

  test("close() again is the same close; connect() and calls afterwards fail UNAVAILABLE", async () => {
    const { channel, call, platform, outcomes } = make();
    const connecting = channel.connect();
    expect(channel.close()).toBe(channel.close());
    await expect(connecting).rejects.toMatchObject({ code: Code.UNAVAILABLE, message: "the channel is closed" });
    await expect(channel.connect()).rejects.toBeInstanceOf(StatusError);
    call("late");
    call("late and patient", { waitForReady: true });
    await settled();
    expect(outcomes).toEqual([
      "late StatusError: UNAVAILABLE: the channel is closed",
      "late and patient StatusError: UNAVAILABLE: the channel is closed",
    ]);
    expect(platform.openChannels).toBe(0);
  });

  test("await using closes the channel", async () => {
    const platform = new FakePlatform();
    {
      await using channel = new ClientChannel(platform, "localhost:1");
      expect(channel.state).toBe("IDLE");
    }
    expect(platform.openChannels).toBe(0);
  });
});

test("bad targets and options are errors at construction and leave no open channel", () => {
  const platform = new FakePlatform();
  expect(() => new ClientChannel(platform, "dns:///")).toThrow('target "dns:///" has no host, write dns:///host:port');
  expect(() => new ClientChannel(platform, "a:1")).toThrow('channel to "dns:///a:1" leaves this machine');
  expect(platform.openChannels).toBe(0);
});
