import type { Clock } from '../../src/kernel/clock.js';

/** A clock that stands still until it is told to move. It starts at the real time. */
export class FakeClock implements Clock {
  #now = Date.now();

  now(): Date {
    return new Date(this.#now);
  }

  advance(seconds: number): void {
    this.#now += seconds * 1000;
  }
}
