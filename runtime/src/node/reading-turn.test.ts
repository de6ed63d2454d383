// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { ReadingTurn } from "./reading-turn.js";

const immediate = () => new Promise((resolve) => setImmediate(resolve));

test("a turn is used up 4 ms after it is first watched, and the next one is fresh", async () => {
  let now = 100;
  const turn = new ReadingTurn(() => now);
  const asked: [number, boolean][] = [];
  for (const at of [100, 101, 104, 105, 120]) {
    now = at;
    asked.push([at, turn.over]);
  }
  expect(asked).toEqual([
    [100, false],
    [101, false],
    [104, false],
    [105, true],
    [120, true],
  ]);
  await immediate();
  expect(turn.over).toBe(false);
});

test("short turns never add up", async () => {
  let now = 100;
  const turn = new ReadingTurn(() => now);
  for (let step = 0; step < 20; step++) {
    now += 1.5;
    expect(turn.over).toBe(false);
    await immediate();
  }
});

test("what is read while others wait must wait, too", () => {
  const turn = new ReadingTurn(() => 0);
  expect(turn.mustWait).toBe(false);
  turn.waiting = 1;
  expect([turn.mustWait, turn.over]).toEqual([true, false]);
});
