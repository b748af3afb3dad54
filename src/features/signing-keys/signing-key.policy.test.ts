import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activationOfNewKey,
  activeKey,
  hasKeyOnItsWay,
  type KeyLifetimes,
  leadSeconds,
  nextRotationAt,
  type SigningAlgorithm,
  statusOf,
} from './signing-key.policy.js';

interface Key {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly createdAt: Date;
  readonly activatesAt: Date;
}

const START = Date.UTC(2026, 0, 1);
const RANK = { PUBLISHED: 0, ACTIVE: 1, RETIRED: 2, GONE: 3 };

type Event =
  | { readonly type: 'wait'; readonly seconds: number }
  | { readonly type: 'timer' | 'operator rotates' }
  | { readonly type: 'restart with another algorithm'; readonly algorithm: SigningAlgorithm };

const algorithms = fc.constantFrom<SigningAlgorithm[]>('ES256', 'RS256', 'EdDSA');
const lifetimes = fc.record({
  jwksMaxAge: fc.integer({ min: 1, max: 86_400 }),
  tokenLifetime: fc.integer({ min: 61, max: 86_460 }),
  rotationPeriod: fc.integer({ min: 1, max: 2_000_000 }),
});
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constant('wait' as const),
      seconds: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 100_000 })),
    }),
    fc.record({ type: fc.constant('timer' as const) }),
    fc.record({ type: fc.constant('operator rotates' as const) }),
    fc.record({
      type: fc.constant('restart with another algorithm' as const),
      algorithm: algorithms,
    }),
  ),
  { maxLength: 40 },
);

/** A realm's keys, changed in the way that the flows do it. */
class Realm {
  keys: Key[] = [];
  now = new Date(START);
  readonly lifetimes: KeyLifetimes;
  algorithm: SigningAlgorithm = 'ES256';
  #made = 0;

  constructor(given: KeyLifetimes) {
    this.lifetimes = given;
  }

  rotateIfDue(): void {
    if (nextRotationAt(this.keys, this.algorithm, this.now, this.lifetimes) <= this.now)
      this.#make();
  }

  rotate(): void {
    if (!hasKeyOnItsWay(this.keys, this.now)) this.#make();
  }

  statuses(at = this.now) {
    return this.keys.map((key) => ({ key, status: statusOf(key, this.keys, at, this.lifetimes) }));
  }

  #make(): void {
    const activatesAt = activationOfNewKey(this.keys, this.now, this.lifetimes);
    const kept = this.statuses().filter(({ status }) => status !== 'GONE');
    // Kids come in no order, as thumbprints do.
    const kid = `${(this.#made * 7) % 10}-${this.#made++}`;
    this.keys = [
      ...kept.map(({ key }) => key),
      { kid, algorithm: this.algorithm, createdAt: this.now, activatesAt },
    ];
  }
}

/** Runs a history; calls back after each event, with the time at which it happened. */
function live(realm: Realm, history: readonly Event[], check: () => void): void {
  realm.rotateIfDue();
  check();
  for (const event of history) {
    if (event.type === 'wait') realm.now = new Date(realm.now.getTime() + event.seconds * 1000);
    if (event.type === 'timer') realm.rotateIfDue();
    if (event.type === 'operator rotates') realm.rotate();
    if (event.type === 'restart with another algorithm') {
      realm.algorithm = event.algorithm;
      realm.rotateIfDue();
    }
    check();
  }
}

describe('the life cycle of signing keys, whatever happens', () => {
  it('has exactly one active key at any time, which is the one that signs', () => {
    fc.assert(
      fc.property(lifetimes, events, (given, history) => {
        const realm = new Realm(given);
        live(realm, history, () => {
          const active = realm.statuses().filter(({ status }) => status === 'ACTIVE');
          expect(active.map(({ key }) => key)).toEqual([activeKey(realm.keys, realm.now)]);
        });
      }),
    );
  });

  it('never goes backwards', () => {
    fc.assert(
      fc.property(lifetimes, events, (given, history) => {
        const realm = new Realm(given);
        const seen = new Map<string, number>();
        live(realm, history, () => {
          for (const { key, status } of realm.statuses()) {
            expect(RANK[status]).toBeGreaterThanOrEqual(seen.get(key.kid) ?? 0);
            seen.set(key.kid, RANK[status]);
          }
        });
      }),
    );
  });

  it('publishes each key but the first for twice the max-age before it signs', () => {
    fc.assert(
      fc.property(lifetimes, events, (given, history) => {
        const realm = new Realm(given);
        const born = new Map<string, Key>();
        live(realm, history, () => {
          for (const key of realm.keys) born.set(key.kid, key);
        });
        for (const key of [...born.values()].slice(1)) {
          expect(
            (key.activatesAt.getTime() - key.createdAt.getTime()) / 1000,
          ).toBeGreaterThanOrEqual(2 * given.jwksMaxAge);
        }
      }),
    );
  });

  it('keeps each key until the last token that it signed has run out', () => {
    fc.assert(
      fc.property(lifetimes, events, (given, history) => {
        const realm = new Realm(given);
        const lastSigned = new Map<string, number>();
        live(realm, history, () => {
          lastSigned.set(activeKey(realm.keys, realm.now)?.kid ?? 'none', realm.now.getTime());
          const kept = realm.statuses().filter(({ status }) => status !== 'GONE');
          const kids = kept.map(({ key }) => key.kid);
          for (const [kid, at] of lastSigned) {
            if (realm.now.getTime() < at + given.tokenLifetime * 1000) expect(kids).toContain(kid);
          }
        });
      }),
    );
  });

  it('has nothing more to do when a rotation is done, also after a restart with other lifetimes', () => {
    const other = fc
      .tuple(lifetimes, lifetimes, algorithms)
      .filter(([, after]) => after.rotationPeriod > leadSeconds(after));
    fc.assert(
      fc.property(other, fc.boolean(), ([before, after, algorithm], rotateFirst) => {
        const realm = new Realm(before);
        realm.rotateIfDue();
        if (rotateFirst) realm.rotate();
        const restarted = Object.assign(new Realm(after), {
          keys: realm.keys,
          now: realm.now,
          algorithm,
        });
        restarted.rotateIfDue();
        restarted.rotateIfDue();
        expect(
          nextRotationAt(restarted.keys, algorithm, restarted.now, after) > restarted.now,
        ).toBe(true);
      }),
    );
  });
});

describe('keys that were stored at odd times', () => {
  const stored = fc.uniqueArray(
    fc.record({
      kid: fc.string({ minLength: 1, maxLength: 2 }),
      algorithm: algorithms,
      offset: fc.integer({ min: -5, max: 5 }),
    }),
    { selector: ({ kid }) => kid, maxLength: 8 },
  );

  it('still have one active key at most: even two that activate at one moment', () => {
    fc.assert(
      fc.property(stored, lifetimes, (offsets, given) => {
        const now = new Date(START);
        const keys = offsets.map(({ kid, algorithm, offset }) => ({
          kid,
          algorithm,
          activatesAt: new Date(START + offset * 1000),
        }));
        const active = keys.filter((key) => statusOf(key, keys, now, given) === 'ACTIVE');
        const signs = activeKey(keys, now);
        const isDue = signs !== undefined && signs.activatesAt <= now;
        expect(active).toEqual(isDue ? [signs] : []);
      }),
    );
  });
});

describe('the boundaries of the life cycle', () => {
  const given = { jwksMaxAge: 300, tokenLifetime: 660, rotationPeriod: 3_600 };
  const at = (seconds: number) => new Date(START + seconds * 1000);
  const first = { kid: 'first', algorithm: 'ES256', activatesAt: at(0) };
  const second = { kid: 'second', algorithm: 'ES256', activatesAt: at(3_600) };
  const keys = [second, first]; // in any order

  it.each([
    [3_599, 'ACTIVE', 'PUBLISHED'],
    [3_600, 'RETIRED', 'ACTIVE'],
    [3_600 + 659, 'RETIRED', 'ACTIVE'],
    [3_600 + 660, 'GONE', 'ACTIVE'],
  ])(
    'after %i seconds the first key is %s and the second %s',
    (seconds, firstStatus, secondStatus) => {
      expect(statusOf(first, keys, at(seconds), given)).toBe(firstStatus);
      expect(statusOf(second, keys, at(seconds), given)).toBe(secondStatus);
    },
  );

  it('makes the next key early enough to sign on time, at once for another algorithm, and the first one without a wait', () => {
    expect(nextRotationAt(keys, 'ES256', at(0), given)).toEqual(at(3_600 + 3_600 - 600));
    expect(nextRotationAt(keys, 'RS256', at(7), given)).toEqual(at(7));
    expect(nextRotationAt([], 'ES256', at(7), given)).toEqual(at(7));
    expect(activationOfNewKey([], at(7), given)).toEqual(at(7));
    expect(activationOfNewKey([first], at(7), given)).toEqual(at(607));
    expect(activationOfNewKey(keys, at(7), given)).toEqual(at(3_601));
  });

  it('signs with the only key there is on a node whose clock is two seconds behind', () => {
    expect(activeKey([first], at(-2))).toEqual(first);
    expect(activeKey([first], at(-3))).toBeUndefined();
    expect(activeKey(keys, at(3_599))).toEqual(first);
  });
});
