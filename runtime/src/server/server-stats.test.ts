// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { Code } from "../rpc/code.js";
import { CallCounters } from "./server-stats.js";

test("calls are counted by how they ended, codes that did not occur are absent", () => {
  const counters = new CallCounters();
  counters.started = 4;
  counters.running = 4;
  for (const code of [Code.OK, Code.OK, Code.UNAUTHENTICATED]) counters.ended(code);
  counters.refuse();
  expect(counters.snapshot()).toEqual({ started: 4, running: 1, ended: { OK: 2, UNAUTHENTICATED: 1 }, refused: 1 });
});

test("a snapshot does not move", () => {
  const counters = new CallCounters();
  counters.started = 1;
  counters.running = 1;
  const before = counters.snapshot();
  counters.ended(Code.OK);
  expect(before).toEqual({ started: 1, running: 1, ended: {}, refused: 0 });
});
