// SPDX-License-Identifier: Apache-2.0

export { createInProcessPair, type InProcessPair, type InProcessPairOptions } from "../node/in-process-pair.js";
export { createFakeClock, type FakeClock, type FakeClockOptions } from "./fake-clock.js";
export { createLeakCheck, type LeakCheck } from "./leak-check.js";
