// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { Code } from "../rpc/code.js";
import { StatusError } from "../rpc/status-error.js";
import { createOutbox } from "./outbox.js";

test("what is sent before end() arrives", async () => {
  const out = createOutbox<number>();
  void out.send(1);
  void out.send(2);
  out.end();
  const all: number[] = [];
  for await (const message of out) all.push(message);
  expect(all).toEqual([1, 2]);
});

test("fail() ends the messages with its error, behind those sent before", async () => {
  const out = createOutbox<number>();
  void out.send(1);
  out.fail(new StatusError(Code.ABORTED, "no more"));
  const all: number[] = [];
  const reading = (async () => {
    for await (const message of out) all.push(message);
  })();
  await expect(reading).rejects.toMatchObject({ code: Code.ABORTED, message: "no more" });
  expect(all).toEqual([1]);
});

test("is open until its end, or until its reader leaves", async () => {
  const ended = createOutbox<number>();
  expect(ended.open).toBe(true);
  ended.end();
  expect(ended.open).toBe(false);
  const left = createOutbox<number>();
  void left.send(1);
  for await (const _ of left) break;
  expect(left.open).toBe(false);
  await expect(left.send(2)).rejects.toMatchObject({ code: Code.CANCELLED });
});
