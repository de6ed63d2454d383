// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { userAgent } from "./user-agent.js";

test("the user agent names the package's version in gRPC's form (gRPC HTTP2: User-Agent)", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(userAgent).toBe(`grpc-typescript-petrel/${manifest.version}`);
});
