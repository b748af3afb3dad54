import { expect, it } from 'vitest';
import { claimsProblem } from './claims.policy.js';

it.each(['sub', 'iss', 'exp', 'scope', 'roles', 'sid', 'cnf', 'email_verified'])(
  'refuses the claim "%s", which is the token\'s own',
  (name) => {
    expect(claimsProblem({ plan: 'pro', [name]: 'x' })).toContain(`"${name}"`);
  },
);

it('takes a kilobyte, and no more', () => {
  const frame = Buffer.byteLength(JSON.stringify({ a: '' }));
  expect(claimsProblem({ a: 'x'.repeat(1_024 - frame) })).toBeUndefined();
  expect(claimsProblem({ a: 'x'.repeat(1_025 - frame) })).toBe('more than 1024 bytes');
});
