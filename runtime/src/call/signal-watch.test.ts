// SPDX-License-Identifier: Apache-2.0
import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { unwatchSignal, watchSignal } from "./signal-watch.js";

function owner() {
  const reasons: unknown[] = [];
  return { reasons, signalAborted: (reason: unknown) => void reasons.push(reason) };
}

test("many owners share one listener, which goes with the last of them", () => {
  const { signal } = new AbortController();
  const owners = [owner(), owner(), owner()];
  for (const one of owners) watchSignal(signal, one);
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  unwatchSignal(signal, owners[0]);
  unwatchSignal(signal, owners[0]);
  unwatchSignal(signal, owners[2]);
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  unwatchSignal(signal, owners[1]);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  watchSignal(signal, owners[1]);
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  unwatchSignal(signal, owners[1]);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("an abort tells those who still watch, once, with its reason", () => {
  const controller = new AbortController();
  const [stays, leaves, leavesWhileTold] = [owner(), owner(), owner()];
  const reason = new Error("enough");
  watchSignal(controller.signal, {
    signalAborted: () => unwatchSignal(controller.signal, leavesWhileTold),
  });
  for (const one of [stays, leaves, leavesWhileTold]) watchSignal(controller.signal, one);
  unwatchSignal(controller.signal, leaves);
  controller.abort(reason);
  controller.abort(new Error("again"));
  expect([stays.reasons, leaves.reasons, leavesWhileTold.reasons]).toEqual([[reason], [], [reason]]);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});

test("taking back what was never watched does nothing", () => {
  expect(() => unwatchSignal(new AbortController().signal, owner())).not.toThrow();
});
