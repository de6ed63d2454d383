// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { Random } from "../../test/support/random.js";
import { Output } from "./output.js";

function write(output: Output, bytes: number, value: number): void {
  const position = output.ensure(bytes);
  output.buffer.fill(value, position, position + bytes);
  output.position = position + bytes;
}

test("a slab is used again from its start once all of it is written", () => {
  const output = new Output();
  write(output, 100, 1);
  const { buffer } = output;
  expect(output.take()).toHaveLength(100);
  output.written(100);
  expect([output.position, output.buffer.length]).toEqual([0, 0]);
  write(output, 100, 2);
  expect(output.position).toBe(100);
  expect(output.buffer).toBe(buffer);
});

test("idle connections hold no slab, and the next to write gets the one left last", () => {
  const [first, second] = [new Output(), new Output()];
  write(first, 10, 1);
  const { buffer } = first;
  first.take();
  write(second, 10, 2);
  expect(second.buffer).not.toBe(buffer);
  first.written(10);
  expect(first.buffer).toHaveLength(0);
  const third = new Output();
  write(third, 10, 3);
  expect(third.buffer).toBe(buffer);
});

test("an idle output gives its memory back", () => {
  const output = new Output();
  write(output, 50_000, 1);
  output.take();
  output.shrink();
  expect(output.buffer.length).toBeGreaterThan(0);
  output.written(50_000);
  output.shrink();
  expect(output.buffer).toHaveLength(0);
});

test("two slabs take turns while each is written, also for messages larger than the usual slab", () => {
  const output = new Output();
  const slabs = new Set<Uint8Array>();
  for (let message = 0; message < 10; message++) {
    write(output, 100_000, message);
    slabs.add(output.buffer);
    if (message > 0) output.written(100_000);
    output.take();
  }
  expect(slabs.size).toBeLessThanOrEqual(3);
});

for (const seed of [1, 2, 3, 4]) {
  test(`what is taken stays as it was until it is written (seed ${seed})`, () => {
    const random = new Random(seed);
    const output = new Output();
    const taken: { bytes: Uint8Array; copy: Uint8Array }[] = [];
    let value = 0;
    for (let step = 0; step < 2_000; step++) {
      const action = random.below(3);
      if (action === 0) write(output, random.below(random.pick([50, 3_000, 90_000])), ++value);
      else if (action === 1) {
        const bytes = output.take();
        if (bytes !== undefined) taken.push({ bytes, copy: bytes.slice() });
      } else {
        const done = taken.shift();
        if (done === undefined) continue;
        expect(Buffer.compare(done.bytes, done.copy)).toBe(0);
        output.written(done.bytes.length);
      }
    }
    for (const { bytes, copy } of taken) expect(Buffer.compare(bytes, copy)).toBe(0);
  });
}
