// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { runtimeName } from "../../test/runtimes/runtime-name.js";
import { createLeakCheck } from "./leak-check.js";

test("an open server and a timer are named, and closing them settles the check", async ({ skip }) => {
  skip(runtimeName === "bun", "Bun's process.getActiveResourcesInfo() is always empty, so no leak is ever seen there");
  const leaks = createLeakCheck();
  expect(leaks.remaining()).toEqual([]);
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const timer = setTimeout(() => undefined, 60_000);
  expect(leaks.remaining()).toEqual(
    expect.arrayContaining(["1 TCPServerWrap", expect.stringMatching(/^\d+ Timeout$/)]),
  );
  await expect(leaks.assertNoLeaks({ timeoutMs: 0 })).rejects.toThrow(/left open after 0 ms:\n {2}1 TCPServerWrap/);
  clearTimeout(timer);
  server.close();
  await expect.poll(() => leaks.remaining().join()).not.toContain("TCPServerWrap");
});

test("what was open before is not counted", async () => {
  const timer = setTimeout(() => undefined, 60_000);
  await createLeakCheck().assertNoLeaks({ timeoutMs: 0 });
  clearTimeout(timer);
});
