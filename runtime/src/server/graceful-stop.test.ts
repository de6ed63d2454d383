// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { FakeClock, settled } from "../../test/support/fake-platform.js";
import type { CancellableCall } from "../call/server-engine.js";
import { GracefulStop, type ShutdownReport } from "./graceful-stop.js";

class Connection {
  readonly asked: string[] = [];
  shutdown(): void {
    this.asked.push("shutdown");
  }
  close(): void {
    this.asked.push("close");
  }
}

class Call implements CancellableCall {
  nextRunning: CancellableCall | undefined;
  previousRunning: CancellableCall | undefined;
  cut = 0;
  shutDown(): void {
    this.cut++;
  }
}

function stopping(connectionCount: number, callCount: number, close: () => Promise<void> = async () => {}) {
  const clock = new FakeClock();
  const all = Array.from({ length: connectionCount }, () => new Connection());
  const connections = new Set(all);
  const calls = new Set(Array.from({ length: callCount }, () => new Call()));
  const stop = new GracefulStop(clock, new Set([{ close }]), connections, calls);
  const reports: ShutdownReport[] = [];
  void stop.report.then((report) => reports.push(report));
  stop.begin();
  return { clock, all, connections, calls, stop, reports };
}

test("settles when the last connection has ended, and says what ended by itself", async () => {
  const { all, connections, stop, reports, clock } = stopping(2, 2);
  stop.cutWithin(10_000);
  expect(all.map(({ asked }) => asked)).toEqual([["shutdown"], ["shutdown"]]);
  stop.callEnded();
  stop.callEnded();
  connections.delete(all[0]);
  stop.connectionEnded();
  await settled();
  expect(reports).toEqual([]);
  connections.delete(all[1]);
  stop.connectionEnded();
  await settled();
  expect(reports).toEqual([{ completed: 2, cancelled: 0, connections: 2 }]);
  expect(clock.pending).toBe(0);
});

test("cuts what is left at the end of the grace, once, and settles half a second later at the latest", async () => {
  const { all, calls, stop, reports, clock } = stopping(1, 3);
  stop.cutWithin(1_000);
  await clock.advance(999);
  expect([...calls].map(({ cut }) => cut)).toEqual([0, 0, 0]);
  await clock.advance(1);
  expect([...calls].map(({ cut }) => cut)).toEqual([1, 1, 1]);
  expect(all[0].asked).toEqual(["shutdown", "close"]);
  stop.callEnded();
  stop.cutWithin(0);
  await clock.advance(499);
  expect(reports).toEqual([]);
  await clock.advance(1);
  expect(reports).toEqual([{ completed: 0, cancelled: 3, connections: 1 }]);
  expect(clock.pending).toBe(0);
});

test("the nearest cut counts; no grace cuts at once", async () => {
  const { calls, stop, clock } = stopping(1, 1);
  stop.cutWithin(5_000);
  stop.cutWithin(60_000);
  stop.cutWithin(Number.POSITIVE_INFINITY);
  stop.cutWithin(100);
  await clock.advance(100);
  expect([...calls].map(({ cut }) => cut)).toEqual([1]);
  const hurried = stopping(1, 1);
  hurried.stop.cutWithin(0);
  expect([...hurried.calls].map(({ cut }) => cut)).toEqual([1]);
  await hurried.clock.advance(500);
  expect(hurried.reports).toHaveLength(1);
});

test("waits for listeners to close, and settles although one fails to", async () => {
  let closed: () => void = () => {};
  const slow = stopping(0, 0, () => new Promise((resolve) => (closed = resolve)));
  slow.stop.cutWithin(10_000);
  await settled();
  expect(slow.reports).toEqual([]);
  closed();
  await settled();
  expect(slow.reports).toEqual([{ completed: 0, cancelled: 0, connections: 0 }]);
  const failing = stopping(0, 0, () => Promise.reject(new Error("no such socket")));
  failing.stop.cutWithin(10_000);
  await settled();
  expect(failing.reports).toHaveLength(1);
  expect([slow.clock.pending, failing.clock.pending]).toEqual([0, 0]);
});
