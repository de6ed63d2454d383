// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { knownName } from "./known-name.js";

for (const name of ["grpc-timeout", "grpc-message", "grpc-status", "grpc-status-details-bin", "te", "traceparent"]) {
  test(`${name} is found wherever it lies`, () => {
    for (let start = 0; start < 3; start++) {
      const bytes = Buffer.from(`${"x".repeat(start)}${name}y`, "latin1");
      expect(knownName(bytes, start, start + name.length)).toBe(name);
    }
  });

  test(`a name that differs from ${name} in any octet is another`, () => {
    for (let i = 0; i < name.length; i++) {
      const bytes = Buffer.from(name, "latin1");
      bytes[i] ^= 0x80;
      expect(knownName(bytes, 0, bytes.length)).toBeUndefined();
    }
    expect(knownName(Buffer.from(name), 0, name.length - 1)).not.toBe(name);
  });
}

test("an empty name is not known", () => {
  expect(knownName(new Uint8Array(4), 2, 2)).toBeUndefined();
});
