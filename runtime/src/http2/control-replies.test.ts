// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { ControlReplies } from "./control-replies.js";

test("a reply counts until the output that holds it is written", () => {
  const replies = new ControlReplies();
  replies.add();
  replies.add();
  replies.taken(34);
  replies.add();
  replies.taken(51);
  replies.written(33);
  expect(replies.queued).toBe(3);
  replies.written(34);
  expect(replies.queued).toBe(1);
  replies.add();
  replies.written(51);
  expect(replies.queued).toBe(1);
  replies.taken(68);
  replies.written(68);
  expect(replies.queued).toBe(0);
});
