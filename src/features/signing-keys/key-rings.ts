import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Realm } from '../../kernel/realm.js';
import type { Seal } from '../../kernel/secrets.js';
import type { Bus } from '../../platform/bus/bus.js';
import type { Database } from '../../platform/database/database.js';
import { safeReason } from '../../platform/database/database-failure.js';
import type { KeyCache } from './key-cache.js';
import { KeyRing } from './key-ring.js';
import { keyLifetimes, type RotateSigningKey, SIGNING_KEYS_CHANGED } from './rotate-signing-key.js';
import { startRotationTimer } from './rotation-timer.js';

export interface KeyRingsDeps {
  readonly database: Database;
  readonly bus: Bus;
  /** Of a realm; absent where there is no Redis. */
  readonly cacheOf: (realm: Realm) => KeyCache | undefined;
  readonly seal: Seal;
  readonly rotate: RotateSigningKey;
  readonly clock: Clock;
  readonly log: Log;
}

/** Rings of realms that nobody asked for longest make room; those idle this long go anyway. */
const MOST_OPEN = 500;
const IDLE_MS = 60 * 60 * 1000;
const SWEEP_MS = 10 * 60 * 1000;

interface OpenRing extends Disposable {
  readonly realm: Realm;
  readonly ring: KeyRing;
  /** Settled when the ring has keys, or it is known why not. */
  readonly opening: Promise<KeyRing>;
}

/** The key rings of the realms that this node serves, each opened by its first request. */
export class KeyRings implements Disposable {
  readonly #deps: KeyRingsDeps;
  readonly #open = new LRUCache<string, OpenRing>({
    max: MOST_OPEN,
    ttl: IDLE_MS,
    updateAgeOnGet: true,
    dispose: (ring) => ring[Symbol.dispose](),
  });
  readonly #sweep = setInterval(() => this.#open.purgeStale(), SWEEP_MS).unref();

  constructor(deps: KeyRingsDeps) {
    this.#deps = deps;
    deps.bus.on(SIGNING_KEYS_CHANGED, ({ realmId }) => this.#reload(realmId));
  }

  /** The realm's ring, with keys in it. Rejects when there are none to be had. */
  of(realm: Realm): KeyRing | Promise<KeyRing> {
    const known = this.#open.get(realm.id);
    if (known?.realm === realm) return known.ring.ready ? known.ring : known.opening;
    const opened = this.#openRing(realm);
    this.#open.set(realm.id, opened);
    opened.opening.catch(() => {
      if (this.#open.peek(realm.id) === opened) this.#open.delete(realm.id); // the next one tries
    });
    return opened.opening;
  }

  /** What is stored now, without keeping the ring: for commands. The caller disposes of it. */
  async read(realm: Realm): Promise<KeyRing> {
    const ring = this.#ringOf(realm);
    await ring.reload('database');
    return ring;
  }

  #openRing(realm: Realm): OpenRing {
    const ring = this.#ringOf(realm);
    const { rotate, clock, log } = this.#deps;
    let timer: Disposable | undefined;
    let disposed = false;
    const warn = (error: unknown) =>
      log.warn(
        { realmId: realm.id, reason: safeReason(error) },
        'Could not see to the rotation of signing keys; trying again',
      );
    const rotateIfDue = async () => {
      const { made, nextAt } = await rotate.ifDue(realm);
      if (made) await ring.reload('database');
      return nextAt;
    };
    const open = async () => {
      await rotateIfDue();
      if (!ring.ready) await ring.reload('cache');
      ring.signingKey(); // throws when no key is active
      if (!disposed) timer = startRotationTimer(rotateIfDue, () => clock.now(), warn);
      return ring;
    };
    return {
      realm,
      ring,
      opening: open(),
      [Symbol.dispose]() {
        disposed = true;
        timer?.[Symbol.dispose]();
        ring[Symbol.dispose]();
      },
    };
  }

  #ringOf(realm: Realm): KeyRing {
    const { database, cacheOf, seal, clock, log } = this.#deps;
    const lifetimes = keyLifetimes(realm);
    const cache = cacheOf(realm);
    return new KeyRing({ database, cache, seal, realmId: realm.id, lifetimes, clock, log });
  }

  #reload(realmId: string): void {
    const reason = (error: unknown) => ({ realmId, reason: safeReason(error) });
    this.#open
      .peek(realmId)
      ?.ring.reload('database')
      .catch((error: unknown) =>
        this.#deps.log.warn(reason(error), 'Could not read the changed signing keys'),
      );
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweep);
    this.#open.clear();
  }
}
