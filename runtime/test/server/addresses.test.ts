// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createChannel, createServer } from "../../src/node/index.js";
import { echo, one, Texts } from "../support/text-service.js";

test("one server serves several addresses: IPv4, IPv6 and a Unix socket", async () => {
  const folder = await mkdtemp(join(tmpdir(), "petrel-"));
  try {
    await using server = createServer();
    server.addService(Texts, echo);
    const addresses = [
      await server.listen("127.0.0.1:0"),
      await server.listen("[::1]:0"),
      await server.listen(`unix:${join(folder, "a.sock")}`),
      await server.listen({ host: "127.0.0.1", port: 0 }),
      await server.listen({ path: join(folder, "b.sock") }),
    ];
    for (const { target } of addresses) {
      await using channel = createChannel(target);
      expect(await channel.call(one, { text: target })).toEqual({ text: target });
    }
    const { port } = addresses[0];
    for (const target of [`localhost:${port}`, `dns:///localhost:${port}`, `ipv4:127.0.0.1:${port}`]) {
      await using channel = createChannel(target);
      expect(await channel.call(one, { text: "t" })).toEqual({ text: "t" });
    }
    expect(server.stats().connections.accepted).toBe(8);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a socket that is open already is served", async () => {
  await using server = createServer();
  server.addService(Texts, echo);
  const front = createTcpServer((socket) => server.accept(socket));
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  const { port } = front.address() as { port: number };
  {
    await using channel = createChannel(`127.0.0.1:${port}`);
    expect(await channel.call(one, { text: "a" })).toEqual({ text: "a" });
  }
  await new Promise((resolve) => front.close(resolve));
});

test("HTTP/1.1 on the same port gets a plain answer", async () => {
  await using server = createServer();
  const { port } = await server.listen("127.0.0.1:0");
  const answer = (headers: Record<string, string>) =>
    new Promise<[number | undefined, string]>((resolve, reject) => {
      const sent = request(
        { port, host: "127.0.0.1", method: "POST", path: "/a.B/C", headers, agent: false },
        (reply) => {
          let text = "";
          reply.setEncoding("utf8");
          reply.on("data", (chunk: string) => {
            text += chunk;
          });
          reply.on("end", () => resolve([reply.statusCode, text]));
        },
      );
      sent.on("error", reject);
      sent.end();
    });
  const [status, text] = await answer({});
  expect(status).toBe(426);
  expect(text).toContain("HTTP/2");
  expect((await answer({ "content-type": "application/grpc" }))[0]).toBe(415);
});

test("a bad listen target says what is accepted", async () => {
  await using server = createServer();
  await expect(server.listen("50051")).rejects.toThrow(
    'listen target "50051" is not host:port, [ipv6]:port or unix:path',
  );
  await expect(server.listen("a:70000")).rejects.toThrow("accepted are 0 to 65535");
  await expect(server.listen("unix:")).rejects.toThrow("write unix:/path/to.sock");
  await expect(server.listen("256.0.0.1:0")).rejects.toThrow();
});

test("a taken port is the system's error", async () => {
  await using server = createServer();
  const { target } = await server.listen("127.0.0.1:0");
  await expect(server.listen(target)).rejects.toThrow("EADDRINUSE");
});

test("handshakeTimeoutMs bounds how long first bytes may take, and who is cut off is counted", async () => {
  await using server = createServer({ handshakeTimeoutMs: 1, onError: () => {} });
  const { port } = await server.listen("127.0.0.1:0");
  const socket = connect(port, "127.0.0.1");
  // What was sent and never read may make a reset of the close; `once` would reject.
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write("PRI * HT");
  await closed;
  expect(server.stats().connections).toEqual({ accepted: 0, open: 0, refused: 1 });
});
