// SPDX-License-Identifier: Apache-2.0
export { createFakeClock, type FakeClock, type FakeClockOptions } from "./fake-clock.js";
export { createLeakCheck, type LeakCheck } from "./leak-check.js";
