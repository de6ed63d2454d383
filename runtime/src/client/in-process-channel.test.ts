// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { FakePlatform, settled } from "../../test/support/fake-platform.js";
import { FakeServer } from "../../test/support/fake-server.js";
import { bearerToken } from "../rpc/call-credentials.js";
import { bytesMethod } from "../rpc/method.js";
import { inProcessChannel } from "./in-process-channel.js";

const method = bytesMethod("/demo.v1.Echo/Say", "unary");

test("a call reaches the server without the platform dialing, and its peer is called in-process", async () => {
  const platform = new FakePlatform();
  const server = new FakeServer();
  const channel = inProcessChannel(platform, server.accept);
  expect(channel.target).toBe("in-process");
  const call = channel.call(method, new Uint8Array(3));
  await settled();
  expect(server.exchanges[0].fields).toMatchObject({ ":authority": "localhost", ":scheme": "http" });
  server.exchanges[0].answer();
  await call;
  expect([call.peer?.address, platform.dials.length]).toEqual(["in-process", 0]);
  await channel.close();
  await settled();
  expect([server.ended.length, platform.clock.pending, platform.openChannels]).toEqual([1, 0, 0]);
});

test("credentials travel, as nothing leaves the process", async () => {
  const server = new FakeServer();
  const channel = inProcessChannel(new FakePlatform(), server.accept, { credentials: bearerToken("secret") });
  const call = channel.call(method, new Uint8Array(3));
  await settled();
  expect(server.exchanges[0].fields.authorization).toBe("Bearer secret");
  server.exchanges[0].answer();
  await call;
  await channel.close();
});

test("a server that ends is found again by the next call", async () => {
  const server = new FakeServer();
  const channel = inProcessChannel(new FakePlatform(), server.accept);
  await channel.connect();
  server.connection.shutdown();
  await settled();
  expect(channel.state).toBe("IDLE");
  const call = channel.call(method, new Uint8Array(0));
  const { clock } = channel.platform as FakePlatform;
  await clock.advance(1_200);
  server.exchanges[0].answer();
  await call;
  expect(server.connections).toHaveLength(2);
  await channel.close();
});
