// SPDX-License-Identifier: Apache-2.0
import { ClientChannel } from "../../src/client/channel.js";
import type { Connection } from "../../src/http2/connection.js";
import type { Stream } from "../../src/http2/stream.js";
import { createOutbox } from "../../src/node/index.js";
import { nodePlatform } from "../../src/node/platform.js";
import { PetrelServer } from "../../src/server/server.js";
import type { Http2ClientConnection } from "../../src/transport/http2-client.js";
import { dialInProcess } from "../../src/transport/in-process.js";
import type { DialListener } from "../../src/transport/socket.js";
import type { Findings } from "../attack/findings.js";
import { Random } from "../support/random.js";
import { both, collect, down, echo, one, type Text, Texts, up } from "../support/text-service.js";

const settleTimeoutMs = 3_000;

/** K3: whatever calls did, both ends' windows are whole again and no stream is left. */
export async function windowConservation(findings: Findings, seed: number, calls: number): Promise<void> {
  const name = "K3 windows";
  const random = new Random(seed);
  const server = new PetrelServer(nodePlatform, { onError: () => undefined, receiveMaxBytes: 300_000 });
  server.addService(Texts, {
    ...echo,
    async *down(request) {
      const [count, size] = request.text.split(" ").map(Number);
      for (let index = 0; index < (count ?? 0); index++) yield { text: "d".repeat(size ?? 0) };
    },
    async up(requests) {
      for await (const { text } of requests) if (text.startsWith("stop")) return { text: "left" };
      return { text: "all" };
    },
  });
  const connections: Connection[] = [];
  const platform = {
    ...nodePlatform,
    dial: (_address: unknown, _options: unknown, listener: DialListener) =>
      dialInProcess(
        nodePlatform.clock,
        (incoming) =>
          server.acceptConnection({
            peer: incoming.peer,
            attach: (create) =>
              incoming.attach((host) => {
                const endpoint = create(host);
                connections.push(endpoint as Connection);
                return endpoint;
              }),
          }),
        {
          connected(host, peer) {
            const endpoint = listener.connected(host, peer) as Http2ClientConnection;
            watchClient(endpoint, connections);
            return endpoint;
          },
          failed: (error) => listener.failed(error),
        },
      ),
  };
  const channel = new ClientChannel(platform, "127.0.0.1:1");
  let started = 0;
  const lane = async () => {
    while (started < calls) {
      started += 1;
      await oneCall(channel, random).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: 32 }, lane));
  const until = performance.now() + settleTimeoutMs;
  while (performance.now() < until && connections.some(({ streams }) => streams > 0)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  findings.equal(name, "one connection all along", connections.length, 2);
  const [client, far] = connections.sort((a, b) => a.role.localeCompare(b.role)) as [Connection, Connection];
  for (const [sender, receiver] of [
    [client, far],
    [far, client],
  ] as const) {
    const { window } = receiver.credit;
    const what = `${sender.role} to ${receiver.role}`;
    findings.equal(name, `${what}: streams`, sender.streams, 0);
    findings.equal(name, `${what}: unread`, window.unreadBytes, 0);
    findings.equal(
      name,
      `${what}: window and credit owed, against the window advertised`,
      sender.scheduler.window + window.owedBytes,
      window.sizeBytes,
    );
    findings.equal(name, `${what}: slots`, receiver.ends.slots, 0);
  }
  findings.equal(name, `calls running of ${calls}`, server.stats().calls.running, 0);
  await channel.close();
  await server.shutdown({ graceMs: 0 });
}

/** A client's connection shows its core by the streams it opens. */
function watchClient(endpoint: Http2ClientConnection, connections: Connection[]): void {
  const open = endpoint.open.bind(endpoint);
  endpoint.open = (fields, endStream, listener) => {
    const exchange = open(fields, endStream, listener);
    const connection = (exchange as Stream | undefined)?.connection;
    if (connection !== undefined && !connections.includes(connection)) connections.push(connection);
    return exchange;
  };
}

/** A call of any shape, size and end. */
async function oneCall(channel: ClientChannel, random: Random): Promise<void> {
  const text = "x".repeat(random.pick([0, 1, 100, 5_000, 20_000, 100_000, 400_000]));
  const controller = new AbortController();
  const ends = random.pick(["well", "well", "cancel", "deadline"] as const);
  const options = {
    signal: controller.signal,
    ...(ends === "deadline" ? { timeoutMs: 1 + random.below(20) } : {}),
    ...(random.below(4) === 0 ? { receiveMaxBytes: 50_000 } : {}),
  };
  if (ends === "cancel") setTimeout(() => controller.abort(), random.below(5));
  switch (random.below(5)) {
    case 0:
      await channel.call(one, { text }, options);
      return;
    case 1: {
      const wanted = random.below(20);
      let seen = 0;
      for await (const _ of channel.call(down, { text: `20 ${random.pick([1, 3_000, 40_000])}` }, options)) {
        if (++seen === wanted) break;
      }
      return;
    }
    case 2:
      await channel.call(up, [{ text }, { text: random.pick(["stop", "go"]) }, { text }], options);
      return;
    case 3: {
      const outbox = createOutbox<Text>();
      for (let index = 0; index < random.below(10); index++) outbox.send({ text }).catch(() => undefined);
      outbox.end();
      await collect(channel.call(both, outbox, options));
      return;
    }
    default: {
      // Never read.
      const call = channel.call(both, options);
      await call.send({ text });
      call.cancel();
    }
  }
}
