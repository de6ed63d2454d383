// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { BoundedWork } from "./bounded-work.js";

test("no more than the limit runs at once, in order of arrival, also after failures", async () => {
  const work = new BoundedWork(2);
  const started: number[] = [];
  const finish: ((error?: Error) => void)[] = [];
  const results = [0, 1, 2, 3].map((id) =>
    work.run(() => {
      started.push(id);
      return new Promise<number>((resolve, reject) => {
        finish[id] = (error) => (error === undefined ? resolve(id) : reject(error));
      });
    }),
  );
  expect(started).toEqual([0, 1]);
  finish[1]?.(new Error("broken"));
  await expect(results[1]).rejects.toThrow("broken");
  await expect.poll(() => started).toEqual([0, 1, 2]);
  finish[0]?.();
  await expect.poll(() => started).toEqual([0, 1, 2, 3]);
  finish[2]?.();
  finish[3]?.();
  expect(await Promise.all([results[0], results[2], results[3]])).toEqual([0, 2, 3]);
});
