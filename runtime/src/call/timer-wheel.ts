// SPDX-License-Identifier: Apache-2.0
import type { Clock, Timer } from "../rpc/clock.js";

const slotBits = 8;
const slots = 1 << slotBits;
const slotMask = slots - 1;
const levels = 4;

/** A deadline in a wheel: an intrusive list node, so that setting and taking back cost a few assignments. */
export abstract class WheelTimer {
  /** Millisecond tick at which the timer is due; -1 while it is in no wheel. */
  dueTick = -1;
  level = 0;
  previous: WheelTimer = this;
  next: WheelTimer = this;

  abstract timeReached(): void;
}

class Head extends WheelTimer {
  override timeReached(): void {
    throw new Error("a list head is never due");
  }
}

/**
 * Hierarchical timing wheel of 1 ms ticks: any number of deadlines over one platform timer. A deadline that is taken
 * back, as nearly all are, leaves nothing behind. Fires late by at most a tick and the platform timer's own delay.
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #heads: Head[] = [];
  readonly #counts = new Int32Array(levels);
  #tick: number;
  #timer: Timer | undefined;
  #timerTick = Number.POSITIVE_INFINITY;
  #size = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#tick = Math.floor(clock.now());
    for (let i = 0; i < levels * slots; i++) this.#heads.push(new Head());
  }

  /** Timers waiting. */
  get size(): number {
    return this.#size;
  }

  /** Calls `timer.timeReached()` once, at `dueMs` of the wheel's clock or as soon as that has passed. */
  set(timer: WheelTimer, dueMs: number): void {
    if (timer.dueTick !== -1) this.clear(timer);
    if (this.#size === 0) this.#tick = Math.floor(this.#clock.now());
    timer.dueTick = Math.max(Math.ceil(dueMs), this.#tick + 1);
    this.#size++;
    this.#insert(timer);
    if (timer.dueTick < this.#timerTick) this.#arm(timer.dueTick);
  }

  /** Takes a timer back. Does nothing when it is in no wheel. */
  clear(timer: WheelTimer): void {
    if (timer.dueTick === -1) return;
    this.#unlink(timer);
    timer.dueTick = -1;
    this.#size--;
    // The platform timer stays armed while others may need it; it is given back with the last one.
    if (this.#size === 0) this.#disarm();
  }

  #insert(timer: WheelTimer): void {
    const distance = timer.dueTick - this.#tick;
    let level = 0;
    while (level < levels - 1 && distance >= 2 ** (slotBits * (level + 1))) level++;
    // Past the last level's reach (49 days) a timer waits in its farthest slot and is placed anew from there.
    const reach = 2 ** (slotBits * levels) - 1;
    const tick = distance > reach ? this.#tick + reach : timer.dueTick;
    const slot = Math.floor(tick / 2 ** (slotBits * level)) & slotMask;
    const head = this.#heads[level * slots + slot];
    timer.level = level;
    timer.next = head;
    timer.previous = head.previous;
    head.previous.next = timer;
    head.previous = timer;
    this.#counts[level]++;
  }

  #unlink(timer: WheelTimer): void {
    timer.previous.next = timer.next;
    timer.next.previous = timer.previous;
    timer.previous = timer;
    timer.next = timer;
    this.#counts[timer.level]--;
  }

  #arm(tick: number): void {
    this.#timer?.cancel();
    this.#timerTick = tick;
    this.#timer = this.#clock.setTimer(Math.max(0, tick - this.#clock.now()), () => {
      this.#timer = undefined;
      this.#timerTick = Number.POSITIVE_INFINITY;
      this.#advance(Math.floor(this.#clock.now()));
      if (this.#size > 0 && this.#timer === undefined) this.#arm(this.#nextTick());
    });
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerTick = Number.POSITIVE_INFINITY;
  }

  #advance(now: number): void {
    while (this.#tick < now && this.#size > 0) {
      this.#tick = Math.min(now, this.#nextTick());
      // Entering a slot of a higher level: its timers move down before this tick's are due.
      for (let level = levels - 1; level > 0; level--) {
        const span = 2 ** (slotBits * level);
        if (this.#tick % span === 0) this.#cascade(level, Math.floor(this.#tick / span) & slotMask);
      }
      this.#fire(this.#heads[this.#tick & slotMask]);
    }
    if (this.#tick < now) this.#tick = now;
  }

  #cascade(level: number, slot: number): void {
    const head = this.#heads[level * slots + slot];
    while (head.next !== head) {
      const timer = head.next;
      this.#unlink(timer);
      this.#insert(timer);
    }
  }

  #fire(head: Head): void {
    while (head.next !== head) {
      const timer = head.next;
      this.#unlink(timer);
      timer.dueTick = -1;
      this.#size--;
      timer.timeReached();
    }
  }

  // The next tick at which there is something to do: a due timer, or a slot of a higher level to empty.
  #nextTick(): number {
    let next = Number.POSITIVE_INFINITY;
    if (this.#counts[0] > 0) {
      for (let tick = this.#tick + 1; tick <= this.#tick + slots; tick++) {
        const head = this.#heads[tick & slotMask];
        if (head.next !== head) {
          next = tick;
          break;
        }
      }
    }
    for (let level = 1; level < levels; level++) {
      if (this.#counts[level] === 0) continue;
      const span = 2 ** (slotBits * level);
      const current = Math.floor(this.#tick / span);
      for (let step = 1; step <= slots; step++) {
        const head = this.#heads[level * slots + ((current + step) & slotMask)];
        if (head.next !== head) {
          next = Math.min(next, (current + step) * span);
          break;
        }
      }
    }
    return next;
  }
}
