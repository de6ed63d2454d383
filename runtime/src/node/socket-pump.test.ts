// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EchoEndpoint } from "../../test/support/echo-endpoint.js";
import { readingTurn } from "./reading-turn.js";
import { SocketPump } from "./socket-pump.js";

let client: Socket;
let socket: Socket;
let endpoint: EchoEndpoint;
let pump: SocketPump;

beforeEach(async () => {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  client = connect({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", allowHalfOpen: true });
  [socket] = (await once(server, "connection")) as [Socket];
  server.close();
  pump = new SocketPump(socket);
  pump.start((host) => {
    endpoint = new EchoEndpoint(host);
    return endpoint;
  });
});

afterEach(() => {
  client.destroy();
  socket.destroy();
});

const bytes = (length: number) => new Uint8Array(length).fill(97);

async function readText(length: number): Promise<string> {
  let text = "";
  for await (const [chunk] of on(client)) {
    text += chunk.toString();
    if (text.length >= length) break;
  }
  return text;
}

async function* on(source: Socket): AsyncGenerator<[Buffer]> {
  for (;;) yield (await once(source, "data")) as [Buffer];
}

test("bytes go in and come out", async () => {
  client.write("hello");
  expect(await readText(5)).toBe("hello");
  expect(endpoint.received).toEqual(["hello"]);
});

test("received chunks are plain arrays, whose slice copies", async () => {
  const chunk = new Promise<Uint8Array>((resolve) => {
    endpoint.onReceive = resolve;
  });
  client.write("x");
  expect((await chunk).constructor).toBe(Uint8Array);
});

test("answers given at once and in microtasks leave in one write, in the turn of the read", async () => {
  const write = vi.spyOn(socket, "write");
  let immediateRan = false;
  const takenBeforeImmediate = new Promise<boolean>((resolve) => {
    endpoint.onReceive = () => {
      setImmediate(() => {
        immediateRan = true;
      });
      let answers = "";
      const answer = async (turns: number, text: string) => {
        for (let turn = 0; turn < turns; turn++) await undefined;
        answers += text;
        if (endpoint.output.length === 0) endpoint.send(answers);
        else endpoint.output[0] = new TextEncoder().encode(answers);
        if (text === "c") resolve(!immediateRan);
      };
      void answer(0, "a");
      void answer(5, "b");
      void answer(50, "c");
    };
  });
  client.write("request");
  expect(await readText(3)).toBe("abc");
  expect(await takenBeforeImmediate).toBe(true);
  expect(write).toHaveBeenCalledTimes(1);
});

test("output is taken again only as writes complete", async () => {
  client.pause();
  const chunks = 400;
  for (let index = 0; index < chunks; index++) endpoint.send(bytes(64 * 1024));
  await new Promise((resolve) => setImmediate(resolve));
  // The kernel took some; the rest waits in the endpoint, not in the socket.
  expect(endpoint.output.length).toBeGreaterThan(chunks / 2);
  expect(socket.writableLength).toBeLessThanOrEqual(128 * 1024);
  const all = new Promise<void>((resolve) => {
    endpoint.onWritten = () => {
      if (endpoint.writtenBytes === chunks * 64 * 1024) resolve();
    };
  });
  client.resume();
  await all;
  expect(endpoint.output).toEqual([]);
});

test("a used-up budget stops reading until a later turn accepts the rest", async () => {
  endpoint.heldTurns = 3;
  const pause = vi.spyOn(socket, "pause");
  const resume = vi.spyOn(socket, "resume");
  client.write("a");
  await once(client, "data");
  expect(pause).toHaveBeenCalled();
  client.write("b");
  expect(await readText(1)).toBe("b");
  expect(endpoint.heldTurns).toBe(0);
  expect(resume).toHaveBeenCalledTimes(1);
});

test("what is read in a turn that is used up waits for a later one, in its order", async () => {
  let asked = 0;
  const over = vi.spyOn(readingTurn, "over", "get").mockImplementation(() => ++asked <= 3);
  const pause = vi.spyOn(socket, "pause");
  client.write("a");
  expect(await readText(1)).toBe("a");
  expect([asked, pause.mock.calls.length, readingTurn.waiting]).toEqual([4, 1, 0]);
  client.write("b");
  expect(await readText(1)).toBe("b");
  expect(endpoint.received).toEqual(["a", "b"]);
  over.mockRestore();
});

test("what waited when the socket failed is received before the end", async () => {
  const over = vi.spyOn(readingTurn, "over", "get").mockReturnValue(true);
  const ended = new Promise<void>((resolve) => {
    endpoint.onEnded = resolve;
  });
  const waits = new Promise<void>((resolve) => {
    vi.spyOn(socket, "pause").mockImplementationOnce(() => {
      resolve();
      return socket;
    });
  });
  client.write("last words");
  await waits;
  expect([readingTurn.waiting, endpoint.received]).toEqual([1, []]);
  socket.destroy(new Error("cable cut"));
  await ended;
  expect([readingTurn.waiting, endpoint.received, endpoint.ended?.reason?.message]).toEqual([
    0,
    ["last words"],
    "cable cut",
  ]);
  over.mockRestore();
});

test("paused input is not read until it is resumed", async () => {
  pump.inputPaused();
  await new Promise((resolve) => client.write("a", resolve));
  // By the time of another connection's round trip, a socket that is read has been.
  const server = createServer((other) => other.pipe(other)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const other = connect((server.address() as AddressInfo).port, "127.0.0.1");
  other.write("b");
  await once(other, "data");
  other.destroy();
  server.close();
  expect(endpoint.received).toEqual([]);
  pump.inputResumed();
  expect(await readText(1)).toBe("a");
});

test("the end of the peer's side reaches the endpoint, whose last bytes still leave", async () => {
  endpoint.onEnded = () => endpoint.send("bye");
  const closed = once(socket, "close");
  client.end();
  expect(await readText(3)).toBe("bye");
  await closed;
  expect(endpoint.ended).toEqual({ reason: undefined });
});

test("a socket error reaches the endpoint with its cause", async () => {
  const ended = new Promise<void>((resolve) => {
    endpoint.onEnded = resolve;
  });
  client.resetAndDestroy();
  await ended;
  expect((endpoint.ended?.reason as NodeJS.ErrnoException | undefined)?.code).toBe("ECONNRESET");
});

test("last bytes survive unread input and a peer that ends late", async () => {
  const closed = once(socket, "close");
  endpoint.onReceive = () => {
    endpoint.send("goaway");
    pump.connectionEnded();
  };
  client.write("bad");
  await once(client, "readable").then(() => client.write(bytes(100_000)));
  const text: Buffer[] = [];
  for await (const chunk of client) text.push(chunk as Buffer);
  expect(Buffer.concat(text).toString()).toBe("goaway");
  client.end();
  await closed;
});

test("a peer that floods on after the end is read a chunk at a time, and still gets the last bytes", async () => {
  const resume = vi.spyOn(socket, "resume");
  const pause = vi.spyOn(socket, "pause");
  endpoint.send("bye");
  pump.connectionEnded();
  client.write(bytes(4_000_000));
  expect(await readText(3)).toBe("bye");
  client.end();
  await once(socket, "close");
  expect(pause.mock.calls.length).toBeGreaterThan(5);
  expect(resume.mock.calls.length).toBeLessThanOrEqual(pause.mock.calls.length + 1);
});

test("a peer that never ends its side is cut off after the linger", async () => {
  const closed = once(socket, "close");
  pump.connectionEnded();
  client.resume();
  await once(client, "end");
  const startedAt = performance.now();
  await closed;
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  expect(socket.destroyed).toBe(true);
});

test("one timer serves a time that moves, and never fires early", async () => {
  const now = performance.now();
  const timedOut = new Promise<void>((resolve) => {
    endpoint.onTimeout = resolve;
  });
  endpoint.setTimeout(now + 60_000);
  endpoint.setTimeout(now + 30);
  await timedOut;
  expect(endpoint.timeouts).toHaveLength(1);
  expect(endpoint.timeouts[0]).toBeGreaterThanOrEqual(now + 30);
});

test("bytes read before the pump started come first", async () => {
  const other = new SocketPump(client);
  let second: EchoEndpoint | undefined;
  other.start((host) => {
    second = new EchoEndpoint(host);
    second.onReceive = () => undefined;
    return second;
  }, new TextEncoder().encode("head"));
  const got = new Promise<void>((resolve) => {
    if (second !== undefined) second.onReceive = () => resolve();
  });
  endpoint.send("tail");
  await got;
  expect(second?.received).toEqual(["head", "tail"]);
});

test("a socket that is gone before the start ends the endpoint's input at once", () => {
  client.on("error", () => undefined);
  client.destroy();
  const late = new SocketPump(client);
  let lateEndpoint: EchoEndpoint | undefined;
  late.start((host) => {
    lateEndpoint = new EchoEndpoint(host);
    return lateEndpoint;
  });
  expect(lateEndpoint?.ended).toBeDefined();
});
