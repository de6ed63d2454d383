// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { ServerContext } from "../rpc/server-context.js";
import { NodeContextStorage } from "./context-storage.js";

// The storage never looks inside.
const context = { compress: true } as ServerContext;

test("the context is current in what it runs, across awaits, and nowhere else", async () => {
  const storage = new NodeContextStorage();
  storage.enable();
  const later = await storage.run(context, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return storage.current();
  });
  expect(later).toBe(context);
  expect(storage.current()).toBeUndefined();
});

test("it is enabled while any channel is open", () => {
  const storage = new NodeContextStorage();
  expect(storage.enabled).toBe(false);
  const [first, second] = [storage.enable(), storage.enable()];
  first();
  first();
  expect(storage.enabled).toBe(true);
  second();
  expect(storage.enabled).toBe(false);
});
