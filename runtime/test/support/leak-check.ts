// SPDX-License-Identifier: Apache-2.0
// A setup file of Vitest: every test file, each in a process of its own, ends with nothing left open.
import { afterAll } from "vitest";
import { createLeakCheck } from "../../src/testing/leak-check.js";

const leakTimeoutMs = 10_000;

const leaks = createLeakCheck();
afterAll(() => leaks.assertNoLeaks({ timeoutMs: leakTimeoutMs }), leakTimeoutMs + 5_000);
