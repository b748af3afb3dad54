import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addSeconds, systemClock } from '../../kernel/clock.js';
import { systemRandomness } from '../../kernel/randomness.js';
import type { Realm } from '../../kernel/realm.js';
import { Secrets } from '../../kernel/secrets.js';
import type { Bus } from '../../platform/bus/bus.js';
import type { Database } from '../../platform/database/database.js';
import type { KeyCache } from './key-cache.js';
import { generateKey } from './key-material.js';
import { KeyRing } from './key-ring.js';
import { KeyRings } from './key-rings.js';
import type { RotateSigningKey } from './rotate-signing-key.js';

const MOST_OPEN = 500;
const AN_HOUR_MS = 3_600_000;
const seal = new Secrets(['one secret'], systemRandomness).seal('signing-keys');
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const realmNamed = (id: string): Realm => ({
  id,
  issuer: `http://localhost:4000/realms/${id}`,
  settings: { accessTokenTtl: 600, keyRotation: 86_400, jwksMaxAge: 300, signingAlg: 'ES256' },
});

const realNow = performance.now.bind(performance);
let skewMs: number;
let rings: KeyRings;

beforeEach(() => {
  skewMs = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(performance, 'now').mockImplementation(() => realNow() + skewMs);
  const now = new Date();
  const times = { createdAt: now, activatesAt: now };
  const cache: KeyCache = {
    read: async (realmId) => ({
      asOf: new Date(),
      keys: [await generateKey('ES256', seal, realmId, times)],
    }),
    write: async () => {},
  };
  rings = new KeyRings({
    // Neither is asked: the cache has the keys, and none is due.
    database: {} as Database,
    rotate: {
      ifDue: async () => ({ made: false, nextAt: addSeconds(now, 86_400) }),
    } as unknown as RotateSigningKey,
    bus: { on: () => {} } as unknown as Bus,
    cacheOf: () => cache,
    seal,
    clock: systemClock,
    log: silent,
  });
});

afterEach(() => {
  rings[Symbol.dispose]();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** An open ring is handed out as it is; one that has to be opened first, as a promise. */
const isOpen = (realm: Realm) => rings.of(realm) instanceof KeyRing;

async function later(ms: number): Promise<void> {
  skewMs += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

describe('the key rings of many realms', () => {
  it('are opened by the first request, and stay open', async () => {
    const realm = realmNamed('acme');
    const ring = await rings.of(realm);
    expect(rings.of(realm)).toBe(ring);
  });

  it(`are ${MOST_OPEN} at most: the one that nobody asked for longest is closed`, async () => {
    const realms = Array.from({ length: MOST_OPEN }, (_, index) => realmNamed(`realm-${index}`));
    for (const realm of realms) await rings.of(realm);
    const [first, second] = realms;
    if (first === undefined || second === undefined) throw new Error('no realms');
    expect(isOpen(first)).toBe(true); // and so the second is the one that waited longest
    await rings.of(realmNamed('one-more'));
    expect(isOpen(first)).toBe(true);
    expect(isOpen(second)).toBe(false);
  });

  it('are closed after an hour without a request', async () => {
    const [idle, asked] = [realmNamed('idle'), realmNamed('asked')];
    for (const realm of [idle, asked]) await rings.of(realm);
    await later(AN_HOUR_MS / 2);
    expect(isOpen(asked)).toBe(true);
    await later(AN_HOUR_MS / 2 + 1_000);
    expect(isOpen(asked)).toBe(true);
    expect(isOpen(idle)).toBe(false);
  });
});
