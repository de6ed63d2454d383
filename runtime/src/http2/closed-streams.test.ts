// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { ClosedStreams } from "./closed-streams.js";

test("the latest 64 ends are remembered, by their kind", () => {
  const closed = new ClosedStreams();
  for (let id = 1; id <= 129; id += 2) {
    if (id % 4 === 1) closed.addEndedByPeer(id);
    else closed.addResetByPeer(id);
  }
  expect([closed.endedByPeer(129), closed.resetByPeer(129)]).toEqual([true, false]);
  expect([closed.endedByPeer(127), closed.resetByPeer(127)]).toEqual([false, true]);
  expect([closed.endedByPeer(1), closed.resetByPeer(3)]).toEqual([false, true]);
});

test("gaps are remembered from end to end, within a bound", () => {
  const closed = new ClosedStreams();
  closed.addSkipped(1, 9);
  expect([1, 5, 9, 11].map((id) => closed.skipped(id))).toEqual([true, true, true, false]);
  for (let gap = 0; gap < 64; gap++) closed.addSkipped(100 + 4 * gap, 101 + 4 * gap);
  expect([closed.skipped(5), closed.skipped(353)]).toEqual([false, true]);
});
