import { describe, expect, it } from 'vitest';
import { topUp } from './hash-cost.policy.js';

const usual = { memoryCost: 19_456, timeCost: 2 };
const work = ({ memoryCost, timeCost }: typeof usual) => memoryCost * timeCost;

describe('topUp (requirement 52)', () => {
  it.each([
    { memoryCost: 4_096, timeCost: 3 },
    { memoryCost: 19_456, timeCost: 1 },
    { memoryCost: 15_360, timeCost: 2 },
    { memoryCost: 8, timeCost: 1 },
  ])('makes a hash of %j as much work as one of today', (used) => {
    const extra = topUp(used, usual);
    expect(extra && work(used) + work(extra)).toBe(work(usual));
  });

  it.each([usual, { memoryCost: 65_536, timeCost: 3 }, { memoryCost: 38_912, timeCost: 1 }])(
    'adds nothing to one of %j',
    (used) => {
      expect(topUp(used, usual)).toBeUndefined();
    },
  );
});
