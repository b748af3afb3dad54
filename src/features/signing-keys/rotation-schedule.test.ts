import { describe, expect, it, vi } from 'vitest';
import { RotationSchedule } from './rotation-schedule.js';

const HOUR = 60 * 60 * 1000;
const NOW = new Date('2026-01-01T00:00:00Z');

/** A schedule at a time of its own, which the test turns on. */
function scheduleDueIn(ms: number) {
  const rotate = vi.fn(async () => new Date(NOW.getTime() + ms));
  const failures: unknown[] = [];
  const from = performance.now();
  const schedule = new RotationSchedule(
    rotate,
    new Date(NOW.getTime() + ms),
    () => NOW,
    (error) => failures.push(error),
  );
  let at = from;
  /** Looks at the clock after so long, as the timer does, and lets what began come to its end. */
  const lookAfter = async (period: number) => {
    at += period;
    const looked = schedule.lookIfDue(at + 50); // for the time that it took to make it
    await new Promise(setImmediate);
    return looked;
  };
  return { rotate, failures, lookAfter };
}

describe('the schedule of rotations', () => {
  it('looks when the next rotation is due, and not before', async () => {
    const { rotate, lookAfter } = scheduleDueIn(10_000);
    expect(await lookAfter(9_900)).toBe(false);
    expect(await lookAfter(100)).toBe(true);
    expect(rotate).toHaveBeenCalledTimes(1);
    expect(await lookAfter(9_900)).toBe(false);
    expect(await lookAfter(100)).toBe(true);
    expect(rotate).toHaveBeenCalledTimes(2);
  });

  it('looks every hour at the latest, since another node or an operator may have changed the plan', async () => {
    const { lookAfter } = scheduleDueIn(400 * 24 * HOUR);
    expect(await lookAfter(HOUR)).toBe(true);
    expect(await lookAfter(HOUR)).toBe(true);
  });

  it('does not spin when a rotation stays due', async () => {
    const { rotate, lookAfter } = scheduleDueIn(-1);
    for (let ms = 0; ms < 1_000; ms += 10) await lookAfter(10);
    expect(rotate.mock.calls.length).toBeGreaterThan(5);
    expect(rotate.mock.calls.length).toBeLessThanOrEqual(11);
  });

  it('reports a failure and tries again in five seconds', async () => {
    const failure = new Error('no database');
    const { rotate, failures, lookAfter } = scheduleDueIn(HOUR);
    rotate.mockRejectedValue(failure);
    await lookAfter(HOUR);
    expect(failures).toEqual([failure]);
    expect(await lookAfter(4_900)).toBe(false);
    expect(await lookAfter(100)).toBe(true);
    expect(failures).toEqual([failure, failure]);
  });

  it('begins no second look while one is under way', async () => {
    const { rotate, lookAfter } = scheduleDueIn(1_000);
    rotate.mockReturnValue(new Promise(() => {}));
    expect(await lookAfter(1_000)).toBe(true);
    expect(await lookAfter(HOUR)).toBe(false);
  });
});
