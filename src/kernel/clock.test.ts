import { expect, it } from 'vitest';
import { addSeconds, systemClock } from './clock.js';

it('moves a date both ways, by parts of a second too, and leaves the original alone', () => {
  const date = new Date(1_000);
  expect(addSeconds(date, 2.5)).toEqual(new Date(3_500));
  expect(addSeconds(date, -1)).toEqual(new Date(0));
  expect(date).toEqual(new Date(1_000));
});

it('tells the real time unless another clock is given', () => {
  expect(Math.abs(systemClock.now().getTime() - Date.now())).toBeLessThan(1_000);
});
