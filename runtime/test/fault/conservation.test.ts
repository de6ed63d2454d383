// SPDX-License-Identifier: Apache-2.0
import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Connection } from "../../src/http2/connection.js";
import { Code, type Interceptor, type StatusError } from "../../src/index.js";
import { createFakeClock, type FakeClock } from "../../src/testing/index.js";
import { Random } from "../support/random.js";
import { type Carrier, type Served, serve } from "../support/serve.js";
import { both, collect, down, one, type Text, type TextHandlers, up } from "../support/text-service.js";

/** Connections made during the test, of both roles. */
let connections: Connection[] = [];

beforeEach(() => {
  connections = [];
  const start = Connection.prototype.start;
  vi.spyOn(Connection.prototype, "start").mockImplementation(function (this: Connection) {
    connections.push(this);
    start.call(this);
  });
});
afterEach(() => void vi.restoreAllMocks());

async function later(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Waits for what is in flight to arrive. */
async function atRest(served: Served): Promise<void> {
  for (let turns = 0; turns < 5_000; turns++) {
    const moving = connections.some(({ streams, output }) => streams > 0 || output.unwrittenBytes > 0);
    if (!moving && served.server.stats().calls.running === 0 && turns > 10) return;
    await later();
  }
  throw new Error(`calls or streams are left: ${JSON.stringify(served.server.stats().calls)}`);
}

function expectConserved(): void {
  const [client, server] = ["client", "server"].map((role) => connections.filter((one) => one.role === role));
  expect([client.length, server.length]).toEqual([1, 1]);
  for (const [sender, receiver] of [
    [client[0], server[0]],
    [server[0], client[0]],
  ]) {
    const { window } = receiver.credit;
    expect({
      state: receiver.state,
      streams: receiver.table.size,
      slots: receiver.ends.slots,
      unreadBytes: window.unreadBytes,
      missingBytes: window.sizeBytes - window.available - window.owedBytes,
      senderDisagreesBy: sender.scheduler.window - window.available,
    }).toEqual({ state: "open", streams: 0, slots: 0, unreadBytes: 0, missingBytes: 0, senderDisagreesBy: 0 });
  }
}

/** Lets what is going on go on, and a millisecond pass with every turn of the event loop. */
async function whileTimePasses<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let state: "going on" | "settled" = "going on";
  const settled = () => {
    state = "settled";
  };
  void work.then(settled, settled);
  for (let turns = 0; state === "going on" && turns < 5_000; turns++) {
    await later();
    clock.advance(1);
  }
  return work;
}

const handlers = (clock: FakeClock): Partial<TextHandlers> => ({
  async one(request) {
    if (request.text.startsWith("wait")) await new Promise<void>((resolve) => clock.setTimer(3, resolve));
    if (request.text.startsWith("throw")) throw new Error("as asked");
    return request;
  },
  async up(requests) {
    for await (const { text } of requests) if (text.startsWith("early")) return { text: "" };
    return { text: "all" };
  },
});

const retries: Interceptor = (_call, next) => next().catch(() => next());

async function* texts(first: string, count: number, text: string): AsyncGenerator<Text> {
  yield { text: first };
  for (let i = 0; i < count; i++) yield { text };
}

/** One call of a kind drawn at random. Its failure, if any, is what was asked for. */
async function anyCall({ channel }: Served, random: (below: number) => number): Promise<void> {
  const text = "x".repeat(random(4) === 0 ? random(40_000) : random(200));
  const options = { compression: random(3) === 0 ? ("gzip" as const) : (false as const) };
  switch (random(13)) {
    case 0:
      await channel.call(one, { text }, options);
      return;
    case 1:
      await channel.call(one, { text: `throw ${text}` }, { ...options, interceptors: [retries] });
      return;
    case 2:
      await channel.call(one, { text: `!${text}` }, options);
      return;
    case 3:
      await channel.call(one, { text: `wait ${text}` }, { ...options, timeoutMs: 1 + random(5) });
      return;
    case 4:
      await channel.call({ ...one, path: "/test.v1.Texts/Missing" }, { text }, options);
      return;
    case 5:
      await channel.call(one, { text }, { ...options, receiveMaxBytes: 100 });
      return;
    case 6:
      await collect(channel.call(down, { text: `${text} b c d` }, options));
      return;
    case 7:
      for await (const _ of channel.call(down, { text: `a ${text} ${text} ${text}` }, options)) break;
      return;
    case 8:
      await channel.call(down, { text: `a ${text.slice(0, 1_000)} c` }, options).status;
      return;
    case 9:
      await channel.call(up, texts(random(2) === 0 ? "early" : "", random(20), text), options);
      return;
    case 10: {
      const call = channel.call(both, texts("", random(20), text), options);
      for (const iterator = call[Symbol.asyncIterator](); random(5) > 0; ) await iterator.next();
      call.cancel();
      await call.status;
      return;
    }
    case 11: {
      const call = channel.call(up, options);
      for (let i = random(10); i > 0; i--) void call.send({ text });
      if (random(2) === 0) call.halfClose();
      else call.cancel();
      await call;
      return;
    }
    default: {
      const call = channel.call(both, { ...options, timeoutMs: 5 });
      void call.send({ text });
      await collect(call);
    }
  }
}

const outcome = (call: Promise<unknown>): Promise<number> =>
  call.then(
    () => Code.OK,
    (error: StatusError) => error.code,
  );

describe.each<[Carrier, number]>([
  ["in-process", 3_000],
  ["tcp", 1_500],
])("over %s", (carrier, calls) => {
  test(`${calls} random calls leave both windows as advertised and no stream behind`, async () => {
    const clock = createFakeClock();
    const served = await serve(carrier, handlers(clock), {
      server: { onError: () => {}, compression: { send: "gzip", minBytes: 100 } },
      clock,
    });
    await using _ = served;
    const random = new Random(42);
    const below = (limit: number): number => random.below(limit);
    const codes = new Set<number>();
    for (let made = 0; made < calls; made += 50) {
      const batch = Array.from({ length: 50 }, () => outcome(anyCall(served, below)));
      for (const code of await whileTimePasses(clock, Promise.all(batch))) codes.add(code);
    }
    await atRest(served);
    expectConserved();
    expect([...codes].sort((a, b) => a - b)).toEqual([0, 1, 2, 4, 8, 12, 13]);
    const { started, running, ended } = served.server.stats().calls;
    expect(Object.values(ended).reduce((sum, count) => sum + count, running)).toBe(started);
    expect(await served.channel.call(one, { text: "still here" })).toEqual({ text: "still here" });
  });
});

test("one AbortSignal shared by 10,000 calls of every shape has no listener left", async () => {
  const served = await serve("in-process");
  await using _ = served;
  const { signal } = new AbortController();
  const options = { signal, timeoutMs: 60_000 };
  let most = 0;
  for (let made = 0; made < 10_000; made += 50) {
    const calls = Array.from({ length: 50 }, (_value, index): Promise<unknown> => {
      const { channel } = served;
      if (index % 5 === 0) return collect(channel.call(down, { text: "a b" }, options));
      if (index % 5 === 1) return channel.call(up, [{ text: "a" }], options);
      if (index % 5 === 2) return channel.call(one, { text: "a" }, { ...options, interceptors: [retries] });
      const call = channel.call(one, { text: "a" }, options);
      if (index % 25 === 3) call.cancel();
      return call.status;
    });
    most = Math.max(most, getEventListeners(signal, "abort").length);
    await Promise.all(calls);
  }
  expect(most).toBe(1);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  await atRest(served);
  expectConserved();
});

test("a handler's abandoned generators and a client's are all told by return()", async () => {
  let [opened, finished] = [0, 0];
  async function* counted(texts: readonly string[]): AsyncGenerator<Text> {
    opened++;
    try {
      for (const text of texts) {
        await later();
        yield { text };
      }
    } finally {
      finished++;
    }
  }
  const served = await serve("in-process", {
    down: () => counted(["a", "b", "c", "d"]),
    async *both(requests) {
      for await (const request of requests) {
        yield request;
        return;
      }
    },
  });
  await using _ = served;
  for (let made = 0; made < 2_000; made += 50) {
    await Promise.all(
      Array.from({ length: 50 }, async (_value, index) => {
        if (index % 2 === 0) for await (const _reply of served.channel.call(down, { text: "" })) break;
        else await collect(served.channel.call(both, counted(["a", "b", "c", "d"])));
      }),
    );
  }
  await atRest(served);
  for (let turns = 0; finished < opened && turns < 1_000; turns++) await later();
  expect([opened, finished]).toEqual([2_000, 2_000]);
  expectConserved();
});
