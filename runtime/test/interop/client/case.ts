// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { type Channel, type Code, codeName, type Status, StatusError } from "petrel";
import type { PayloadInit } from "../gen/grpc/testing/messages_pb.js";
import type { TestServiceClient } from "../gen/grpc/testing/test_grpc.js";

/** One interop case: resolves when it passed, rejects with what differed. */
export type InteropCase = (run: CaseRun) => Promise<void>;

/** What a case works with. `openChannel` gives a further channel to the same server; its caller closes it. */
export interface CaseRun {
  readonly channel: Channel;
  readonly client: TestServiceClient;
  openChannel(): Channel;
  readonly probesCompression: boolean;
  readonly soak: { readonly iterations: number; readonly requestBytes: number; readonly responseBytes: number };
}

/** Asserts that `work` rejects with a StatusError of `code`, and returns it. */
export async function expectStatus(work: PromiseLike<unknown>, code: Code): Promise<StatusError> {
  const outcome: unknown = await work.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof StatusError, `expected ${codeName(code)}, got ${describe(outcome)}`);
  assert.equal(codeName(outcome.code), codeName(code), `message: ${outcome.message}`);
  return outcome;
}

/** Asserts that a call ended OK. */
export function expectOk(status: Status): void {
  assert.equal(codeName(status.code), "OK", `message: ${status.message}`);
}

/** Asserts a payload's size in bytes; an absent payload counts as empty. */
export function expectPayload(payload: PayloadInit | undefined, bytes: number): void {
  assert.equal(payload?.body?.length ?? 0, bytes, "payload bytes");
}

/** Reads the next message of a stream; an end instead is a failure. */
export async function expectMessage<T>(messages: AsyncIterator<T>): Promise<T> {
  const next = await messages.next();
  assert.ok(next.done !== true, "the stream ended, expected a message");
  return next.value;
}

/** Asserts that a stream has no further message. */
export async function expectEnd(messages: AsyncIterator<unknown>): Promise<void> {
  const next = await messages.next();
  assert.equal(next.done, true, "expected the stream to end");
}

function describe(outcome: unknown): string {
  return outcome instanceof Error ? String(outcome.stack) : "a reply";
}
