import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRotationTimer } from './rotation-timer.js';

const HOUR = 60 * 60 * 1000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function startAt(dueInMs: number) {
  const rotate = vi.fn(async () => new Date(Date.now() + dueInMs));
  const failures: unknown[] = [];
  const timer = startRotationTimer(
    rotate,
    () => new Date(),
    (error) => failures.push(error),
  );
  return { rotate, failures, timer };
}

describe('the rotation timer', () => {
  it('looks at once, and again when the next rotation is due', async () => {
    const { rotate, timer } = startAt(10_000);
    expect(rotate).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(rotate).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(rotate).toHaveBeenCalledTimes(2);
    timer[Symbol.dispose]();
  });

  it('looks every hour at the latest, since another node or an operator may have changed the plan', async () => {
    const { rotate, timer } = startAt(400 * 24 * HOUR); // more than a timer can hold
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(rotate).toHaveBeenCalledTimes(2);
    timer[Symbol.dispose]();
  });

  it('does not spin when a rotation stays due', async () => {
    const { rotate, timer } = startAt(-1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(rotate.mock.calls.length).toBeLessThanOrEqual(11);
    timer[Symbol.dispose]();
  });

  it('reports a failure and tries again in five seconds', async () => {
    const failure = new Error('no database');
    const { rotate, failures, timer } = startAt(HOUR);
    rotate.mockRejectedValue(failure);
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(failures).toEqual([failure]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(failures).toEqual([failure, failure]);
    timer[Symbol.dispose]();
  });

  it('stops for good, also in the middle of a look', async () => {
    const { rotate, timer } = startAt(1_000);
    timer[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(rotate).toHaveBeenCalledTimes(1);
  });
});
