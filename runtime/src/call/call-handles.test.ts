// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { Metadata } from "../rpc/metadata.js";
import { okStatus } from "../rpc/status.js";
import { promiseHandle, type SendingCore, StreamHandle } from "./call-handles.js";

function core(log: unknown[]): SendingCore {
  return {
    peer: { address: "192.0.2.1" },
    receivedCompressed: true,
    headers: async () => new Metadata({ a: "1" }),
    trailers: async () => new Metadata({ b: "2" }),
    status: async () => okStatus,
    cancel: (reason) => void log.push(["cancel", reason]),
    send(message, compress) {
      log.push(["send", message, compress]);
      if (message === "throw") throw new Error("no");
      return message === "later" ? Promise.resolve() : true;
    },
    halfClose: () => void log.push("halfClose"),
  };
}

test("a call with one reply is a Promise whose constructor is Promise: await takes one turn", async () => {
  const handle = promiseHandle((resolve) => {
    resolve("reply");
    return core([]);
  });
  expect(handle).toBeInstanceOf(Promise);
  expect(handle.constructor).toBe(Promise);
  expect(handle.then(() => {})).not.toHaveProperty("cancel");
  const order: string[] = [];
  const awaiting = (async () => {
    await handle;
    order.push("awaited");
  })();
  void Promise.resolve()
    .then(() => order.push("one turn"))
    .then(() => order.push("two turns"));
  await awaiting;
  await Promise.resolve();
  await Promise.resolve();
  expect(order).toEqual(["awaited", "one turn", "two turns"]);
});

test("both handles pass everything on to the call", async () => {
  const logs: unknown[][] = [[], []];
  const promise = promiseHandle((resolve) => {
    resolve(undefined);
    return core(logs[0]);
  });
  const stream = new StreamHandle(core(logs[1]), (async function* () {})());
  for (const [index, handle] of [promise, stream].entries()) {
    expect([handle.peer, handle.receivedCompressed]).toEqual([{ address: "192.0.2.1" }, true]);
    expect([(await handle.headers).get("a"), (await handle.trailers).get("b")]).toEqual(["1", "2"]);
    expect(await handle.status).toBe(okStatus);
    await handle.send("now");
    await handle.send("later", { compress: false });
    await expect(handle.send("throw")).rejects.toThrow("no");
    void handle.send("throw");
    handle.halfClose();
    handle.cancel("why");
    expect(logs[index]).toEqual([
      ["send", "now", true],
      ["send", "later", false],
      ["send", "throw", true],
      ["send", "throw", true],
      "halfClose",
      ["cancel", "why"],
    ]);
  }
});

test("disposing a stream cancels it and waits for its end", async () => {
  const log: unknown[] = [];
  const stream = new StreamHandle(core(log), (async function* () {})());
  await stream[Symbol.asyncDispose]();
  expect(log).toEqual([["cancel", "disposed"]]);
});
