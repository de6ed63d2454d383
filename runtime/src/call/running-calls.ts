// SPDX-License-Identifier: Apache-2.0

/** A call that can be in a RunningCalls: the links are its own, so that entering and leaving allocate nothing. */
export interface Linked<C> {
  nextRunning: C | undefined;
  previousRunning: C | undefined;
}

/** The calls in flight of a server or channel, oldest first. */
export class RunningCalls<C extends Linked<C>> implements Iterable<C> {
  #first: C | undefined;
  #last: C | undefined;
  size = 0;

  add(call: C): void {
    call.previousRunning = this.#last;
    if (this.#last === undefined) this.#first = call;
    else this.#last.nextRunning = call;
    this.#last = call;
    this.size++;
  }

  /** The call must be among them. */
  delete(call: C): void {
    const { nextRunning, previousRunning } = call;
    if (previousRunning === undefined) this.#first = nextRunning;
    else previousRunning.nextRunning = nextRunning;
    if (nextRunning === undefined) this.#last = previousRunning;
    else nextRunning.previousRunning = previousRunning;
    call.nextRunning = undefined;
    call.previousRunning = undefined;
    this.size--;
  }

  *[Symbol.iterator](): Iterator<C> {
    for (let call = this.#first; call !== undefined; call = call.nextRunning) yield call;
  }
}
