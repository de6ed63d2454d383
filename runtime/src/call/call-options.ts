// SPDX-License-Identifier: Apache-2.0
import type { CallOptions } from "../rpc/call.js";

const names: ReadonlySet<string> = new Set<keyof CallOptions>([
  "timeoutMs",
  "deadline",
  "signal",
  "metadata",
  "parent",
  "waitForReady",
  "compression",
  "receiveMaxBytes",
  "sendMaxBytes",
  "credentials",
  "contextValues",
  "interceptors",
]);

/** Throws a TypeError or RangeError that names the option, the value found and what is accepted; before the call exists. */
export function checkCallOptions(options: CallOptions): void {
  for (const name in options) {
    if (names.has(name)) continue;
    throw new TypeError(`unknown call option ${JSON.stringify(name)}, accepted are ${[...names].join(", ")}`);
  }
  const { timeoutMs, deadline, signal, receiveMaxBytes, sendMaxBytes } = options;
  if (timeoutMs !== undefined && (typeof timeoutMs !== "number" || Number.isNaN(timeoutMs))) {
    throw new TypeError(`timeoutMs must be a number of milliseconds, got ${String(timeoutMs)}`);
  }
  if (deadline !== undefined && !isTime(deadline)) {
    throw new TypeError(`deadline must be epoch milliseconds or a valid Date, got ${String(deadline)}`);
  }
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.addEventListener !== "function") {
    throw new TypeError(`signal must be an AbortSignal, got ${String(signal)}`);
  }
  if (receiveMaxBytes !== undefined) checkBytes("receiveMaxBytes", receiveMaxBytes);
  if (sendMaxBytes !== undefined) checkBytes("sendMaxBytes", sendMaxBytes);
}

function isTime(deadline: unknown): boolean {
  if (typeof deadline !== "number" && !(deadline instanceof Date)) return false;
  return !Number.isNaN(Number(deadline));
}

function checkBytes(name: string, value: unknown): void {
  if (typeof value === "number" && value >= 0) return;
  throw new RangeError(`${name} must be a number of bytes, 0 or more, got ${String(value)}`);
}
