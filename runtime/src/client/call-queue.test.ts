// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { ClientConnection, UnassignedCall } from "../call/client-engine.js";
import { Code } from "../rpc/code.js";
import { StatusError } from "../rpc/status-error.js";
import { CallQueue } from "./call-queue.js";

const connection: ClientConnection = {
  peer: { address: "in-process" },
  maxHeaderListBytes: Number.POSITIVE_INFINITY,
  accepts: () => true,
  open: () => undefined,
};

function makeCalls(heard: string[], room: { slots: number }) {
  return (name: string, waitForReady = false): UnassignedCall => ({
    waitForReady,
    startOn() {
      heard.push(`${name} ${room.slots > 0 ? "started" : "refused"}`);
      return room.slots-- > 0;
    },
    unavailable: (error) => heard.push(`${name} ${error().message}`),
  });
}

test("calls start in the order they came, and the first refusal ends the turn", () => {
  const heard: string[] = [];
  const room = { slots: 2 };
  const queue = new CallQueue();
  const call = makeCalls(heard, room);
  for (const name of ["a", "b", "c", "d"]) queue.add(call(name));
  queue.startOn(connection);
  expect([heard, queue.size]).toEqual([["a started", "b started", "c refused"], 2]);
  room.slots = 5;
  queue.startOn(connection);
  expect([heard.slice(3), queue.size]).toEqual([["c started", "d started"], 0]);
});

test("a failure ends all but wait-for-ready calls", () => {
  const heard: string[] = [];
  const queue = new CallQueue();
  const call = makeCalls(heard, { slots: 0 });
  queue.add(call("a"));
  queue.add(call("patient", true));
  queue.fail(() => new StatusError(Code.UNAVAILABLE, "refused"));
  expect([heard, queue.size]).toEqual([["a refused"], 1]);
});

test("a call withdrawn while another fails hears nothing", () => {
  const heard: string[] = [];
  const queue = new CallQueue();
  const call = makeCalls(heard, { slots: 0 });
  const second = call("b");
  queue.add({ ...call("a"), unavailable: () => queue.delete(second) });
  queue.add(second);
  queue.fail(() => new StatusError(Code.UNAVAILABLE, "refused"));
  expect([heard, queue.size]).toEqual([[], 0]);
});
