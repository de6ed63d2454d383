// SPDX-License-Identifier: Apache-2.0
import { WheelTimer } from "./timer-wheel.js";

/** Tells a call that its deadline has passed. */
export class DeadlineTimer extends WheelTimer {
  readonly #call: { deadlinePassed(): void };

  constructor(call: { deadlinePassed(): void }) {
    super();
    this.#call = call;
  }

  override timeReached(): void {
    this.#call.deadlinePassed();
  }
}
