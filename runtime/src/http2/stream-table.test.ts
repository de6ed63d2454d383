// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { TestEndpoint } from "../../test/support/http2-pair.js";
import { Random } from "../../test/support/random.js";
import { deafListener, Stream } from "./stream.js";
import { StreamTable } from "./stream-table.js";

test("finds what a Map finds, through growth, gaps and long-lived streams", () => {
  const { connection } = new TestEndpoint("server");
  const random = new Random(7);
  const table = new StreamTable();
  const map = new Map<number, Stream>();
  let id = 1;
  for (let step = 0; step < 20_000; step++) {
    if (random.below(2) === 0) {
      id += 2 * (1 + random.below(random.pick([1, 1, 300])));
      const stream = new Stream(id, connection, deafListener, 0);
      table.add(stream);
      map.set(id, stream);
    } else {
      const gone = map.get(random.below(10) === 0 ? [...map.keys()][0] : id - 2 * random.below(20));
      if (gone === undefined) continue;
      table.delete(gone);
      table.delete(gone);
      map.delete(gone.id);
    }
    const probe = id - random.below(200);
    expect(table.get(probe)).toBe(map.get(probe));
  }
  expect(table.size).toBe(map.size);
  expect(new Set(table.all())).toEqual(new Set(map.values()));
});
