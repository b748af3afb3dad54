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
import { RotationSchedule } from './rotation-schedule.js';

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
/** How exactly the age is known: the map starts a timer that often while it is asked. */
const IDLE_RESOLUTION_MS = 1_000;
/** One timer for all of them. */
const TICK_MS = 250;
/** Rings that were opened together fall due together, and the requests need connections too. */
const MOST_LOOKS_A_TICK = 2;

interface OpenRing {
  readonly realm: Realm;
  readonly ring: KeyRing;
  /** Settled when the ring has keys, or it is known why not. */
  readonly opening: Promise<KeyRing>;
  /** Once it is open. */
  rotation?: RotationSchedule;
}

/** The key rings of the realms that this node serves, each opened by its first request. */
export class KeyRings implements Disposable {
  readonly #deps: KeyRingsDeps;
  readonly #open = new LRUCache<string, OpenRing>({
    max: MOST_OPEN,
    ttl: IDLE_MS,
    ttlResolution: IDLE_RESOLUTION_MS,
    updateAgeOnGet: true,
  });
  readonly #timer = setInterval(() => this.#tick(), TICK_MS).unref();

  constructor(deps: KeyRingsDeps) {
    this.#deps = deps;
    deps.bus.on(SIGNING_KEYS_CHANGED, ({ realmId }) => this.#reload(realmId));
  }

  /** The realm's ring, with keys in it. Rejects when there are none to be had. */
  of(realm: Realm): KeyRing | Promise<KeyRing> {
    const known = this.#open.get(realm.id);
    if (known?.realm === realm) return known.ring.ready ? known.ring : known.opening;
    const ring = this.#ringOf(realm);
    const opened: OpenRing = { realm, ring, opening: this.#opening(realm, ring) };
    this.#open.set(realm.id, opened);
    opened.opening.catch(() => {
      if (this.#open.peek(realm.id) === opened) this.#open.delete(realm.id); // the next one tries
    });
    return opened.opening;
  }

  /** What is stored now, without keeping the ring: for commands. */
  async read(realm: Realm): Promise<KeyRing> {
    const ring = this.#ringOf(realm);
    await ring.reload('database');
    return ring;
  }

  /**
   * Renews and rotates, so that a node that nobody asked for a week does not answer, or sign, with
   * what it knew then; and closes what lay idle.
   */
  #tick(): void {
    this.#open.purgeStale();
    let looks = 0;
    for (const { ring, rotation } of this.#open.values()) {
      if (rotation === undefined) continue;
      ring.renewWhenStale();
      if (looks < MOST_LOOKS_A_TICK && rotation.lookIfDue(performance.now())) looks += 1;
    }
  }

  async #opening(realm: Realm, ring: KeyRing): Promise<KeyRing> {
    const { rotate, clock, log } = this.#deps;
    const rotateIfDue = async () => {
      const { made, nextAt } = await rotate.ifDue(realm);
      if (made) await ring.reload('database');
      return nextAt;
    };
    const warn = (error: unknown) =>
      log.warn(
        { realmId: realm.id, reason: safeReason(error) },
        'Could not see to the rotation of signing keys; trying again',
      );
    const nextAt = await rotateIfDue();
    if (!ring.ready) await ring.reload('cache');
    ring.signingKey(); // throws when no key is active
    const opened = this.#open.peek(realm.id);
    if (opened?.ring === ring) {
      opened.rotation = new RotationSchedule(rotateIfDue, nextAt, () => clock.now(), warn);
    }
    return ring;
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
    clearInterval(this.#timer);
    this.#open.clear();
  }
}
