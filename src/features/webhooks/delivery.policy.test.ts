import { expect, it } from 'vitest';
import { givesUp, isResting, isTaken } from './delivery.policy.js';

const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1_000);

it('a receiver is left alone for as long as it has been failing, up to a minute', () => {
  const failed = (since: number, last: number) => ({ failingSince: at(since), failedAt: at(last) });
  expect(isResting({ failingSince: null, failedAt: null }, at(0))).toBe(false);
  expect(isResting(failed(0, 0), at(0))).toBe(false);
  expect(isResting(failed(0, 10), at(19))).toBe(true);
  expect(isResting(failed(0, 10), at(20))).toBe(false);
  expect(isResting(failed(0, 5_000), at(5_059))).toBe(true);
  expect(isResting(failed(0, 5_000), at(5_060))).toBe(false);
});

it('only 2xx says that a message was taken', () => {
  expect([199, 200, 204, 299, 300, 302, 304, 400, 500].filter(isTaken)).toEqual([200, 204, 299]);
});

it('gives up at 410, or when nothing got through for the time of the setting', () => {
  expect(givesUp(410, at(0), at(0), 60)).toBe(true);
  expect(givesUp(500, at(0), at(59), 60)).toBe(false);
  expect(givesUp(undefined, at(0), at(60), 60)).toBe(true);
});
