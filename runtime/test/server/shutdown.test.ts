// SPDX-License-Identifier: Apache-2.0
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { Code, createChannel, createServer } from "../../src/node/index.js";
import { carriers, serve } from "../support/serve.js";
import { collect, down, echo, one, Texts } from "../support/text-service.js";

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe.each(carriers)("shutdown over %s", (carrier) => {
  test("lets running calls end and says so", async () => {
    const [entered, leave] = [gate(), gate()];
    const served = await serve(carrier, {
      async one(request) {
        entered.open();
        await leave.opened;
        return request;
      },
    });
    const call = served.channel.call(one, { text: "last" });
    await entered.opened;
    const stopping = served.server.shutdown({ graceMs: 5_000 });
    leave.open();
    expect(await call).toEqual({ text: "last" });
    expect(await stopping).toEqual({ completed: 1, cancelled: 0, connections: 1 });
    await expect(served.channel.call(one, { text: "" })).rejects.toMatchObject({ code: Code.UNAVAILABLE });
    await served.channel.close();
  });

  test("cuts calls that outlive the grace, UNAVAILABLE, and settles although a handler never does", async () => {
    const entered = gate();
    const served = await serve(carrier, {
      one() {
        entered.open();
        return new Promise(() => {});
      },
    });
    const call = served.channel.call(one, { text: "" });
    await entered.opened;
    const report = served.server.shutdown({ graceMs: 20 });
    await expect(call).rejects.toMatchObject({ code: Code.UNAVAILABLE });
    expect(await report).toEqual({ completed: 0, cancelled: 1, connections: 1 });
    await served.channel.close();
  });

  test("cuts calls whose replies nobody takes, UNAVAILABLE", async () => {
    let sent = 0;
    const served = await serve(
      carrier,
      {
        async *down() {
          for (; ; sent++) yield { text: "x".repeat(60_000) };
        },
      },
      { channel: { limits: { streamWindowBytes: 65_535 } } },
    );
    const call = served.channel.call(down, { text: "" });
    await call.headers;
    // Nobody reads, so the windows and then the stream's queue fill up.
    for (let before = -1; before < sent; ) {
      before = sent;
      for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
    }
    const report = await served.server.shutdown({ graceMs: 0 });
    expect(report).toEqual({ completed: 0, cancelled: 1, connections: 1 });
    expect(await call.status).toMatchObject({ code: Code.UNAVAILABLE });
    expect(served.server.stats().calls.ended).toEqual({ UNAVAILABLE: 1 });
    await served.channel.close();
  });

  test("a second shutdown may hurry the first", async () => {
    const entered = gate();
    const served = await serve(carrier, {
      async *down(_request, context) {
        entered.open();
        await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        yield { text: "" };
      },
    });
    const call = collect(served.channel.call(down, { text: "" }));
    await entered.opened;
    const patient = served.server.shutdown({ graceMs: 60_000 });
    const hurried = served.server.shutdown({ graceMs: 0 });
    await expect(call).rejects.toMatchObject({ code: Code.UNAVAILABLE });
    expect(await patient).toEqual(await hurried);
    await served.channel.close();
  });

  test("closing the channel ends its calls CANCELLED and tells the handler", async () => {
    const [entered, aborted] = [gate(), gate()];
    await using served = await serve(carrier, {
      one(request, context) {
        entered.open();
        return new Promise((resolve) => {
          context.signal.addEventListener("abort", () => {
            aborted.open();
            resolve(request);
          });
        });
      },
    });
    const call = served.channel.call(one, { text: "" });
    await entered.opened;
    const closing = served.channel.close();
    await expect(call).rejects.toMatchObject({ code: Code.CANCELLED });
    await closing;
    await aborted.opened;
    await expect(served.channel.call(one, { text: "" })).rejects.toMatchObject({ code: Code.UNAVAILABLE });
  });
});

test("a server without calls or connections shuts down at once", async () => {
  const server = createServer();
  await server.listen("127.0.0.1:0");
  expect(await server.shutdown()).toEqual({ completed: 0, cancelled: 0, connections: 0 });
  await expect(server.listen("127.0.0.1:0")).rejects.toThrow("listen() on a server that has been shut down");
});

test("shutdown settles although a peer reads nothing and never closes", async () => {
  await using server = createServer();
  server.addService(Texts, echo);
  const { port } = await server.listen("127.0.0.1:0");
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  socket.pause();
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
  while (server.stats().connections.open === 0) await new Promise((resolve) => setImmediate(resolve));
  const report = await server.shutdown({ graceMs: 10 });
  expect(report).toMatchObject({ completed: 0, cancelled: 0 });
  socket.destroy();
});

test("await using ends a server and a channel", async () => {
  const server = createServer();
  {
    await using scoped = server;
    scoped.addService(Texts, echo);
    const { target } = await scoped.listen("127.0.0.1:0");
    await using channel = createChannel(target);
    expect(await channel.call(one, { text: "a" })).toEqual({ text: "a" });
  }
  await expect(server.listen("127.0.0.1:0")).rejects.toThrow("shut down");
});
