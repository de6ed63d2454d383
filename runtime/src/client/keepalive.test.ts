// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-platform.js";
import { KeepalivePinger, type PingedConnection, type ResolvedKeepalive } from "./keepalive.js";

class FakeConnection implements PingedConnection {
  lastReadAt: number;
  streams = 0;
  pingsAt: number[] = [];
  lost: string | undefined;
  readonly #clock: FakeClock;
  #answer: ((roundTripMs: number | undefined) => void) | undefined;

  constructor(clock: FakeClock) {
    this.#clock = clock;
    this.lastReadAt = clock.now();
  }

  ping(callback: (roundTripMs: number | undefined) => void): void {
    this.pingsAt.push(this.#clock.now());
    this.#answer = callback;
  }

  read(): void {
    this.lastReadAt = this.#clock.now();
  }

  answer(): void {
    this.read();
    this.#answer?.(1);
  }

  inputEnded(reason?: Error): void {
    this.lost = reason?.message;
  }
}

function watch(keepalive: Partial<ResolvedKeepalive> = {}) {
  const clock = new FakeClock();
  const connection = new FakeConnection(clock);
  const settings = { intervalMs: 10_000, timeoutMs: 2_000, withoutCalls: false, ...keepalive };
  const told = { unanswered: 0 };
  const pinger = new KeepalivePinger(connection, clock, settings, () => {
    told.unanswered += 1;
  });
  return { clock, connection, pinger, told };
}

test("a silent connection with a call is asked after the interval, counted from the last bytes read (gRFC A8)", async () => {
  const { clock, connection, pinger } = watch();
  connection.streams = 1;
  const start = clock.now();
  await clock.advance(7_000);
  connection.read();
  await clock.advance(9_999);
  expect(connection.pingsAt).toEqual([]);
  await clock.advance(1);
  expect(connection.pingsAt).toEqual([start + 17_000]);
  pinger.stop();
});

test("an answer starts the interval anew", async () => {
  const { clock, connection, pinger } = watch();
  connection.streams = 1;
  await clock.advance(10_000);
  connection.answer();
  await clock.advance(10_000);
  expect(connection.pingsAt).toHaveLength(2);
  expect(connection.lost).toBeUndefined();
  pinger.stop();
});

test("without an answer the connection is lost after the timeout", async () => {
  const { clock, connection, told } = watch();
  connection.streams = 1;
  await clock.advance(11_999);
  expect(connection.lost).toBeUndefined();
  await clock.advance(1);
  expect(connection.lost).toBe("no answer to a keepalive PING within keepalive.timeoutMs (2000)");
  expect(told.unanswered).toBe(1);
  expect(clock.pending).toBe(0);
});

test("any bytes read count as proof of life, not only the answer (gRFC A8)", async () => {
  const { clock, connection, pinger } = watch();
  connection.streams = 1;
  await clock.advance(11_000);
  connection.read();
  await clock.advance(9_999);
  expect(connection.lost).toBeUndefined();
  expect(connection.pingsAt).toHaveLength(1);
  pinger.stop();
});

test("no call runs: nobody asks, until a call starts after a long silence, and then at once (gRFC A8)", async () => {
  const { clock, connection, pinger } = watch();
  await clock.advance(60_000);
  expect(connection.pingsAt).toEqual([]);
  expect(clock.pending).toBe(0);
  connection.streams = 1;
  pinger.exchangeOpened();
  expect(connection.pingsAt).toEqual([clock.now()]);
  pinger.stop();
});

test("withoutCalls asks in any case", async () => {
  const { clock, connection, pinger } = watch({ withoutCalls: true });
  await clock.advance(10_000);
  expect(connection.pingsAt).toHaveLength(1);
  pinger.stop();
  expect(clock.pending).toBe(0);
});
