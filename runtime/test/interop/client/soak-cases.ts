// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { TestServiceClient } from "../gen/grpc/testing/test_grpc.js";
import type { CaseRun, InteropCase } from "./case.js";
import { largeUnary } from "./unary-cases.js";

const acceptableLatencyMs = 1_000;

/** Many large calls one after another, on one channel or on a fresh one each. */
export const soakCases: Readonly<Record<string, InteropCase>> = {
  async rpc_soak(run) {
    for (let i = 0; i < run.soak.iterations; i++) await soakOnce(run, run.client, i);
  },

  async channel_soak(run) {
    for (let i = 0; i < run.soak.iterations; i++) {
      const channel = run.openChannel();
      try {
        await soakOnce(run, new TestServiceClient(channel), i);
      } finally {
        await channel.close();
      }
    }
  },
};

async function soakOnce(run: CaseRun, client: TestServiceClient, iteration: number): Promise<void> {
  const startedMs = performance.now();
  await largeUnary(client, run.soak.requestBytes, run.soak.responseBytes);
  const tookMs = performance.now() - startedMs;
  assert.ok(tookMs <= acceptableLatencyMs, `iteration ${iteration} took ${Math.round(tookMs)} ms`);
}
