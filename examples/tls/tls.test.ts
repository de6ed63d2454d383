// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Channel, Code, createChannel, createServer, type Server, type ServerTls } from "petrel";
import { expect, test } from "vitest";
import { readClientTls, readServerTls } from "./certificates.js";
import { GreetingService, GreetingServiceClient } from "./gen/greeting/v1/greeting_grpc.js";
import { createGreeting } from "./greeting.js";

const folder = fileURLToPath(new URL("./certs/", import.meta.url));

interface Scene {
  readonly server: Server;
  readonly target: string;
}

async function withServer(
  tls: ServerTls | (() => ServerTls | Promise<ServerTls>),
  use: (scene: Scene) => Promise<void>,
): Promise<void> {
  await using server = createServer({ tls, onError: () => {} });
  server.addService(GreetingService, createGreeting(new Set(["ada"])));
  const { target } = await server.listen("127.0.0.1:0");
  await use({ server, target });
}

const greet = (channel: Channel) => new GreetingServiceClient(channel).greet({}, { timeoutMs: 10_000 });

test("both sides see who the other is", async () =>
  withServer(await readServerTls(folder), async ({ target }) => {
    await using channel = createChannel(target, { tls: await readClientTls(folder) });
    const call = greet(channel);
    expect((await call).text).toBe("hello ada");
    expect(call.peer?.tls).toMatchObject({ protocol: "TLSv1.3", authorized: true });
    expect(call.peer?.tls?.certificate?.subject).toContain("CN=server");
  }));

test("a client that our authority vouches for but nobody allowed is PERMISSION_DENIED", async () =>
  withServer(await readServerTls(folder), async ({ target }) => {
    await using channel = createChannel(target, { tls: await readClientTls(folder, "client-mallory") });
    await expect(greet(channel)).rejects.toMatchObject({
      code: Code.PERMISSION_DENIED,
      message: "mallory may not be greeted",
    });
  }));

test("a client without a certificate gets no connection", async () =>
  withServer(await readServerTls(folder), async ({ server, target }) => {
    const { ca } = await readClientTls(folder);
    await using channel = createChannel(target, { tls: { ca } });
    await expect(greet(channel)).rejects.toMatchObject({ code: Code.UNAVAILABLE });
    expect(server.stats().calls.started).toBe(0);
  }));

test("a server whose certificate no known authority signed gets no call", async () => {
  const { clientCertificate, ...tls } = await readServerTls(folder);
  expect(clientCertificate).toBe("require");
  await withServer(tls, async ({ server, target }) => {
    await using channel = createChannel(target, { tls: true });
    await expect(greet(channel)).rejects.toMatchObject({
      code: Code.UNAVAILABLE,
      message: expect.stringContaining("certificate"),
    });
    expect(server.stats().calls.started).toBe(0);
  });
});

test("a server whose certificate carries another name gets no call", async () =>
  withServer(await readServerTls(folder), async ({ target }) => {
    const tls = { ...(await readClientTls(folder)), serverName: "users.internal" };
    await using channel = createChannel(target, { tls });
    await expect(greet(channel)).rejects.toMatchObject({
      code: Code.UNAVAILABLE,
      message: expect.stringContaining("users.internal"),
    });
  }));

test("a new certificate serves the connections that come, and those that are open stay", async () => {
  let name = "server";
  await withServer(
    () => readServerTls(folder, name),
    async ({ server, target }) => {
      const tls = await readClientTls(folder);
      await using before = createChannel(target, { tls });
      await greet(before);
      name = "server-next";
      await server.reloadTls();
      await using after = createChannel(target, { tls });
      for (const [channel, subject] of [
        [before, "CN=server"],
        [after, "CN=server-next"],
      ] as const) {
        const call = greet(channel);
        expect((await call).text).toBe("hello ada");
        expect(call.peer?.tls?.certificate?.subject.split("\n")).toContain(subject);
      }
      expect(server.stats().connections.accepted).toBe(2);
    },
  );
});

test("a certificate that does not fit its key is refused, and the old one serves on", async () => {
  const good = await readServerTls(folder);
  let tls = good;
  await withServer(
    () => tls,
    async ({ server, target }) => {
      tls = { ...good, key: await readFile(join(folder, "client.key")) };
      await expect(server.reloadTls()).rejects.toThrow("tls.cert and tls.key do not fit each other");
      await using channel = createChannel(target, { tls: await readClientTls(folder) });
      expect((await greet(channel)).text).toBe("hello ada");
    },
  );
});

test("a target that is not on this machine needs a word on tls", () => {
  expect(() => createChannel("users.internal:50051")).toThrow(/tls/);
});
