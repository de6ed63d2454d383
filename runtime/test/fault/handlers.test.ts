// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Code, codeName, createOutbox, type ServerContext, StatusError } from "../../src/index.js";
import { type Carrier, type Served, serve } from "../support/serve.js";
import { collect, down, one, type Text, type TextHandlers, up } from "../support/text-service.js";

const thrown = new Error("a handler's own words");

/** What a handler does wrong, the status its caller sees, and how many reports the hook gets. */
interface Fault {
  readonly name: string;
  readonly shape: "one" | "down" | "up";
  readonly code: Code;
  readonly reports: number;
  run(request: Text, context: ServerContext): unknown;
}

const noMessage = { text: Symbol("no text") };
const broken = (value: unknown) => value as never;

const faults: readonly Fault[] = [
  { name: "answers", shape: "one", code: Code.OK, reports: 0, run: (request) => request },
  { name: "throws", shape: "one", code: Code.UNKNOWN, reports: 1, run: () => fail(thrown) },
  { name: "throws a status", shape: "one", code: Code.ABORTED, reports: 0, run: () => fail(status(Code.ABORTED)) },
  { name: "throws undefined", shape: "one", code: Code.UNKNOWN, reports: 1, run: () => fail(undefined) },
  { name: "rejects", shape: "one", code: Code.UNKNOWN, reports: 1, run: () => Promise.reject(thrown) },
  { name: "rejects late", shape: "one", code: Code.UNKNOWN, reports: 1, run: () => later().then(() => fail(thrown)) },
  { name: "returns nothing", shape: "one", code: Code.INTERNAL, reports: 1, run: () => undefined },
  {
    name: "returns no message",
    shape: "one",
    code: Code.INTERNAL,
    reports: 1,
    run: () => later().then(() => noMessage),
  },
  {
    name: "throws a status whose details are none",
    shape: "one",
    code: Code.INTERNAL,
    reports: 1,
    run: () => fail(new StatusError(Code.ABORTED, "", { details: [broken({})] })),
  },
  {
    name: "settles twice",
    shape: "one",
    code: Code.OK,
    reports: 0,
    run: (request) => ({
      // biome-ignore lint/suspicious/noThenProperty: a thenable that breaks the rules is the point
      then(resolve: (message: Text) => void, reject: (reason: unknown) => void) {
        resolve(request);
        resolve(request);
        reject(thrown);
      },
    }),
  },
  {
    name: "sets headers after they have left",
    shape: "one",
    code: Code.UNKNOWN,
    reports: 1,
    run: (request, context) => {
      context.sendHeaders();
      context.sendHeaders();
      context.headers.set("x-late", "1");
      return request;
    },
  },
  { name: "yields", shape: "down", code: Code.OK, reports: 0, run: () => [{ text: "a" }, { text: "b" }] },
  { name: "returns no iterable", shape: "down", code: Code.UNKNOWN, reports: 1, run: () => 5 },
  {
    name: "throws between replies",
    shape: "down",
    code: Code.UNKNOWN,
    reports: 1,
    async *run() {
      yield { text: "a" };
      throw thrown;
    },
  },
  {
    name: "yields no message",
    shape: "down",
    code: Code.INTERNAL,
    reports: 1,
    async *run() {
      yield { text: "a" };
      yield noMessage;
    },
  },
  {
    name: "ends twice and writes after the end",
    shape: "down",
    code: Code.OK,
    reports: 0,
    run() {
      const out = createOutbox<Text>();
      void out.send({ text: "a" });
      out.end();
      out.end();
      out.fail(thrown);
      void out.send({ text: "late" });
      return out;
    },
  },
  {
    name: "fails its outbox",
    shape: "down",
    code: Code.ABORTED,
    reports: 0,
    run() {
      const out = createOutbox<Text>();
      void out.send({ text: "a" });
      void later().then(() => out.fail(status(Code.ABORTED)));
      return out;
    },
  },
  {
    name: "goes on after an answer that came early",
    shape: "up",
    code: Code.OK,
    reports: 0,
    run: (request) => request,
  },
  {
    name: "throws while requests come",
    shape: "up",
    code: Code.UNKNOWN,
    reports: 1,
    run: () => later().then(() => fail(thrown)),
  },
];

function fail(reason: unknown): never {
  throw reason;
}

function status(code: Code): StatusError {
  return new StatusError(code, "as asked");
}

async function later(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

const byName = new Map(faults.map((fault) => [fault.name, fault]));

function faultyHandlers(): Partial<TextHandlers> {
  const run = (request: Text, context: ServerContext) => byName.get(request.text)?.run(request, context);
  return {
    one: (request, context) => run(request, context) as Text,
    down: (request, context) => run(request, context) as Iterable<Text>,
    async up(requests, context) {
      for await (const request of requests) return run(request, context) as Text;
      throw new Error("no request");
    },
  };
}

function callFor(served: Served, fault: Fault): Promise<unknown> {
  const request = { text: fault.name };
  if (fault.shape === "one") return served.channel.call(one, request);
  if (fault.shape === "down") return collect(served.channel.call(down, request));
  return served.channel.call(up, [request, request, request]);
}

const codeOf = (promise: Promise<unknown>): Promise<number> =>
  promise.then(
    () => Code.OK,
    (error: StatusError) => error.code,
  );

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => void unhandled.push(reason);
beforeAll(() => void process.on("unhandledRejection", onUnhandled));
afterAll(() => void process.off("unhandledRejection", onUnhandled));

describe.each<[Carrier, number]>([
  ["in-process", 10_000],
  ["tcp", 2_000],
])("handlers that fail, over %s", (carrier, calls) => {
  test(`${calls} calls in every kind of failure: the right status each, one report each, nothing left`, async () => {
    let reports = 0;
    const served = await serve(carrier, faultyHandlers(), { server: { onError: () => reports++ } });
    await using _ = served;
    const wrong = new Map<string, number>();
    const expected: Record<string, number> = {};
    let expectedReports = 0;
    const batch = 95;
    for (let made = 0; made < calls; made += batch) {
      const faulty = Array.from({ length: batch }, (_value, index) => faults[(made + index) % faults.length]);
      const codes = await Promise.all(faulty.map((fault) => codeOf(callFor(served, fault))));
      for (const [index, fault] of faulty.entries()) {
        if (codes[index] !== fault.code) wrong.set(`${fault.name}: ${codes[index]}`, made);
        const name = codeName(fault.code);
        expected[name] = (expected[name] ?? 0) + 1;
        expectedReports += fault.reports;
      }
    }
    expect([...wrong]).toEqual([]);
    await later();
    const { calls: counted, connections } = served.server.stats();
    const made = Math.ceil(calls / batch) * batch;
    expect(counted).toMatchObject({ started: made, running: 0, refused: 0, ended: expected });
    expect(reports).toBe(expectedReports);
    expect(connections.open).toBe(1);
    expect(unhandled).toEqual([]);
  });

  test("a handler that never settles ends with its deadline; its slot is free when it settles at last", async () => {
    const settle: (() => void)[] = [];
    const served = await serve(carrier, {
      one: (request) =>
        request.text === "never" ? new Promise((resolve) => settle.push(() => resolve(request))) : request,
    });
    await using _ = served;
    const calls = Array.from({ length: 40 }, () =>
      codeOf(served.channel.call(one, { text: "never" }, { timeoutMs: 15 })),
    );
    expect(new Set(await Promise.all(calls))).toEqual(new Set([Code.DEADLINE_EXCEEDED]));
    expect(await codeOf(served.channel.call(one, { text: "" }))).toBe(Code.OK);
    await later();
    expect(served.server.stats().calls.running).toBe(settle.length);
    for (const resolve of settle) resolve();
    await later();
    expect(served.server.stats().calls).toMatchObject({ started: settle.length + 1, running: 0 });
  });

  test("a server-streaming client that leaves frees the slot although the outbox that answers it is idle", async () => {
    const outboxes: { readonly open: boolean }[] = [];
    const handlers: Partial<TextHandlers> = {
      down() {
        const out = createOutbox<Text>();
        outboxes.push(out);
        void out.send({ text: "first" });
        return out;
      },
    };
    const served = await serve(carrier, handlers);
    await using _ = served;
    for (let made = 0; made < 300; made++) {
      for await (const { text } of served.channel.call(down, { text: "" })) {
        expect(text).toBe("first");
        break;
      }
    }
    for (let turns = 0; served.server.stats().calls.running > 0 && turns < 1_000; turns++) await later();
    expect(served.server.stats().calls).toMatchObject({ started: 300, running: 0, ended: { CANCELLED: 300 } });
    expect(outboxes.filter((out) => out.open)).toEqual([]);
  });
});
