import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FEATURES } from '../src/app/features.js';
import { ROOT } from './package/packages.js';

/** What no table holds: a cache that is made again, and what clients carry until it expires. */
const NOT_STORED = ['signing-key-cache', 'supertokens-refresh-tokens'];

it('what any feature stores sealed is sealed again by "authgraph secrets reseal"', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'));
  const purposes = sources.flatMap((text) =>
    [...text.matchAll(/secrets\.seal\('([\w-]+)'\)/g)].map(([, purpose]) => purpose),
  );
  const columns = FEATURES.flatMap(({ sealed }) => sealed ?? []).map(({ purpose }) => purpose);
  expect(columns.length).toBeGreaterThan(3);
  expect([...columns, ...NOT_STORED].toSorted()).toEqual(purposes.toSorted());
});
