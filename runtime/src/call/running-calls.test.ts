// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { type Linked, RunningCalls } from "./running-calls.js";

interface Call extends Linked<Call> {
  readonly id: number;
}

const call = (id: number): Call => ({ id, nextRunning: undefined, previousRunning: undefined });
const ids = (calls: Iterable<Call>): number[] => [...calls].map(({ id }) => id);

test("iterates in the order of arrival, whichever have left", () => {
  const calls = new RunningCalls<Call>();
  const [a, b, c, d] = [call(1), call(2), call(3), call(4)];
  for (const one of [a, b, c, d]) calls.add(one);
  expect(ids(calls)).toEqual([1, 2, 3, 4]);
  calls.delete(b);
  expect(ids(calls)).toEqual([1, 3, 4]);
  calls.delete(a);
  calls.delete(d);
  expect(ids(calls)).toEqual([3]);
  calls.add(b);
  expect([ids(calls), calls.size]).toEqual([[3, 2], 2]);
});

test("a call that has left keeps no link to others", () => {
  const calls = new RunningCalls<Call>();
  const all = [call(1), call(2), call(3)];
  for (const one of all) calls.add(one);
  for (const one of all) calls.delete(one);
  expect(calls.size).toBe(0);
  for (const one of all) expect([one.nextRunning, one.previousRunning]).toEqual([undefined, undefined]);
});

test("any order of arrivals and departures agrees with a Set", () => {
  const calls = new RunningCalls<Call>();
  const model = new Set<Call>();
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  for (let step = 0; step < 2_000; step++) {
    const members = [...model];
    if (members.length === 0 || random(5) < 3) {
      const one = call(step);
      calls.add(one);
      model.add(one);
    } else {
      const one = members[random(members.length)];
      calls.delete(one);
      model.delete(one);
    }
  }
  expect(ids(calls)).toEqual(ids(model));
  expect(calls.size).toBe(model.size);
});
