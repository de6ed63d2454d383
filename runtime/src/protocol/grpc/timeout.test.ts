// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Random } from "../../../test/support/random.js";
import { table } from "../../../test/support/tables.js";
import { formatTimeout, parseTimeout } from "./timeout.js";

interface Row {
  readonly wire: string;
  readonly timeoutMs: number | "Infinity" | null;
  readonly why: string;
}
const rows = table<{ format: (Row & { timeoutMs: number })[]; parse: Row[] }>("grpc/timeouts.json");

describe("grpc-timeout", () => {
  for (const row of rows.format) {
    test(`${row.timeoutMs} ms is written ${row.wire}: ${row.why}`, () => {
      expect(formatTimeout(row.timeoutMs)).toBe(row.wire);
    });
  }

  for (const row of rows.parse) {
    test(`${JSON.stringify(row.wire)} is ${row.timeoutMs === null ? "refused" : "read"}: ${row.why}`, () => {
      expect(parseTimeout(row.wire)).toBe(row.timeoutMs === null ? undefined : Number(row.timeoutMs));
    });
  }

  test("a limit read back is never shorter, and longer by one unit at most", () => {
    const random = new Random(3);
    for (let i = 0; i < 2000; i++) {
      const timeoutMs = random.uint32() * 10 ** (random.below(12) - 8);
      const wire = formatTimeout(timeoutMs);
      const read = parseTimeout(wire) ?? Number.NaN;
      expect(wire).toMatch(/^\d{1,8}[numSMH]$/);
      // A tenth of a nanosecond for what a double cannot say.
      expect(read).toBeGreaterThanOrEqual(timeoutMs - 1e-7);
      const unitMs = parseTimeout(`1${wire.at(-1)}`) ?? Number.NaN;
      expect(read - timeoutMs).toBeLessThanOrEqual(unitMs * 1.000001);
    }
  });

  test("any bytes are read or refused, never thrown on", () => {
    const random = new Random(4);
    for (let i = 0; i < 2000; i++) {
      const wire = Array.from({ length: random.below(11) }, () => random.pick([..."0123456789HMSmun+-. e"])).join("");
      const read = parseTimeout(wire);
      expect(read !== undefined).toBe(/^\d{1,8}[HMSmun]$/.test(wire));
    }
  });
});
