import { expect, it, vi } from 'vitest';
import { FEATURES } from '../src/app/features.js';
import { Secrets } from '../src/kernel/secrets.js';
import { startCore } from './harness/core-client.js';

/** What no table holds: a cache that is made again, and what clients carry until it expires. */
const NOT_STORED = ['signing-key-cache', 'supertokens-refresh-tokens'];

it('what any feature stores sealed is sealed again by "authgraph secrets reseal"', async () => {
  const seal = vi.spyOn(Secrets.prototype, 'seal');
  await using _core = await startCore(); // everything that can be on is
  const used = new Set(seal.mock.calls.map(([purpose]) => purpose));
  const columns = FEATURES.flatMap(({ sealed }) => sealed ?? []).map(({ purpose }) => purpose);
  expect(used.size).toBeGreaterThan(5);
  expect([...new Set([...columns, ...NOT_STORED])].toSorted()).toEqual([...used].toSorted());
});
