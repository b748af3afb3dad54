import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { addSeconds, type Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import { systemRandomness } from '../../kernel/randomness.js';
import { Secrets } from '../../kernel/secrets.js';
import type { Database } from '../../platform/database/database.js';
import type { KeyCache } from './key-cache.js';
import { generateKey, type StoredKey } from './key-material.js';
import { KeyRing } from './key-ring.js';

const seal = new Secrets(['one secret'], systemRandomness).seal('signing-keys');
const lifetimes = { jwksMaxAge: 0.4, tokenLifetime: 660, rotationPeriod: 3_600 };
const START = new Date();

/**
 * Keys as other nodes store them; the ring under test reads them through its cache, so that it
 * needs no database.
 */
let stored: StoredKey[];
let reads: number;
let failing: boolean;
let warnings: string[];
let now: Date;
let ring: KeyRing;

const clock: Clock = { now: () => now };
const cache: KeyCache = {
  read: async () => {
    reads += 1;
    if (failing) throw new Error('the cache is on fire');
    return { asOf: now, keys: [...stored] };
  },
  write: async () => {},
};
const noDatabase = {
  em: () => {
    throw new Error('this test has no database');
  },
} as unknown as Database; // it is only there to fail

const log: Log = {
  debug: () => {},
  info: () => {},
  warn: (_fields, message) => warnings.push(message),
  error: (_fields, message) => warnings.push(message),
};

async function storeKey(activatesIn: number): Promise<StoredKey> {
  const key = await generateKey('ES256', seal, 'default', {
    createdAt: now,
    activatesAt: addSeconds(now, activatesIn),
  });
  stored.push(key);
  return key;
}

beforeEach(() => {
  stored = [];
  warnings = [];
  reads = 0;
  failing = false;
  now = START;
  ring = new KeyRing({
    database: noDatabase,
    cache,
    seal,
    realmId: 'default',
    lifetimes,
    clock,
    log,
  });
});

describe('the key ring', () => {
  it('has nothing to sign with, and says so, until keys are loaded', async () => {
    expect(ring.ready).toBe(false);
    expect(ring.jwks()).toEqual({ keys: [] });
    expect(() => ring.signingKey()).toThrow('No signing key is available yet');
    const key = await storeKey(0);
    await ring.reload('cache');
    expect(ring.ready).toBe(true);
    expect(ring.signingKey().kid).toBe(key.kid);
    expect(ring.has(key.kid)).toBe(true);
  });

  it('signs with the active key, publishes the next, and forgets the one that is gone, as the clock goes', async () => {
    const first = await storeKey(0);
    const second = await storeKey(600);
    await ring.reload('cache');
    const published = () => ring.jwks().keys.map(({ kid }) => kid);
    expect(ring.signingKey().kid).toBe(first.kid);
    expect(published()).toEqual([first.kid, second.kid]);
    now = addSeconds(START, 600);
    expect(ring.signingKey().kid).toBe(second.kid);
    expect(published()).toEqual([first.kid, second.kid]);
    now = addSeconds(START, 600 + 660);
    expect(published()).toEqual([second.kid]);
    expect(ring.has(first.kid)).toBe(false);
    await expect(ring.get(second.kid)).resolves.toBeDefined();
  });

  it('shares one read between callers that come together', async () => {
    await storeKey(0);
    await Promise.all([ring.reload('cache'), ring.reload('cache'), ring.reload('cache')]);
    expect(reads).toBe(1);
  });

  it('is not put off with an older read when a key is known to be new', async () => {
    await storeKey(0);
    const renewal = ring.reload('cache'); // has read before the next one is stored
    const other = await storeKey(600);
    await expect(ring.reload('database')).rejects.toThrow('this test has no database');
    await renewal;
    expect(ring.has(other.kid)).toBe(false);
  });

  it('learns of a key that another node made within one max-age, also while nobody asks it for anything', async () => {
    await storeKey(0);
    await ring.reload('cache');
    const other = await storeKey(600);
    await sleep((lifetimes.jwksMaxAge * 1000) / 2);
    ring.renewWhenStale(); // as its keeper's timer does
    await ring.reload('cache'); // shares that read
    // the very first answer: it would be cached elsewhere
    expect(ring.jwks().keys.map(({ kid }) => kid)).toContain(other.kid);
  });

  it('goes on with the keys in memory when they cannot be read again, and says so', async () => {
    const key = await storeKey(0);
    await ring.reload('cache');
    failing = true;
    await sleep(lifetimes.jwksMaxAge * 1000);
    ring.renewWhenStale();
    await ring.reload('cache').catch(() => {}); // shares that read
    expect(ring.signingKey().kid).toBe(key.kid);
    expect(warnings).toContain('Could not renew the signing keys; going on with those in memory');
  });

  it('reads nothing while what it knows is fresh', async () => {
    await storeKey(0);
    await ring.reload('cache');
    ring.renewWhenStale();
    expect(reads).toBe(1);
  });
});
