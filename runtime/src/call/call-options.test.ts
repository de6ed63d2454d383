// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { checkCallOptions } from "./call-options.js";

const bad: readonly { options: Record<string, unknown>; text: string }[] = [
  { options: { timeout: 5 }, text: 'unknown call option "timeout", accepted are timeoutMs, deadline,' },
  { options: { timeoutMs: Number.NaN }, text: "timeoutMs must be a number of milliseconds, got NaN" },
  { options: { timeoutMs: "100" }, text: "timeoutMs must be a number of milliseconds, got 100" },
  { options: { deadline: new Date("never") }, text: "deadline must be epoch milliseconds or a valid Date" },
  { options: { deadline: "soon" }, text: "deadline must be epoch milliseconds or a valid Date, got soon" },
  { options: { signal: {} }, text: "signal must be an AbortSignal" },
  { options: { signal: null }, text: "signal must be an AbortSignal, got null" },
  { options: { receiveMaxBytes: -1 }, text: "receiveMaxBytes must be a number of bytes, 0 or more, got -1" },
  { options: { sendMaxBytes: "1" }, text: "sendMaxBytes must be a number of bytes, 0 or more, got 1" },
];

test.each(bad)("$options: $text", ({ options, text }) => {
  expect(() => checkCallOptions(options)).toThrow(text);
});

test("every option may be there, or be undefined", () => {
  checkCallOptions({
    timeoutMs: Number.POSITIVE_INFINITY,
    deadline: new Date(0),
    signal: new AbortController().signal,
    metadata: {},
    parent: null,
    waitForReady: true,
    compression: false,
    receiveMaxBytes: 0,
    sendMaxBytes: Number.POSITIVE_INFINITY,
    credentials: undefined,
    contextValues: undefined,
    interceptors: [],
  });
  expect(() => checkCallOptions({ timeoutMs: undefined, signal: undefined })).not.toThrow();
});
