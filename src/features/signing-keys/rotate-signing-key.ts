import { z } from 'zod';
import { type Caller, schedule } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { Seal } from '../../kernel/secrets.js';
import { type Bus, busMessage } from '../../platform/bus/bus.js';
import type { Database } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import { addKey, deleteKeys, lockKeys, readKeys } from './key.store.js';
import { assertSecret, generateKey, type StoredKey } from './key-material.js';
import { findSchedule, type Schedule, saveSchedule } from './schedule.store.js';
import {
  activationOfNewKey,
  hasKeyOnItsWay,
  type KeyLifetimes,
  nextRotationAt,
  statusOf,
} from './signing-key.policy.js';
import { SIGNING_KEY_CREATED } from './signing-key-events.js';
import { SIGNING_SETTINGS } from './signing-settings.js';

export const SIGNING_KEYS_CHANGED = busMessage(
  'signing-keys-changed',
  z.object({ realmId: z.string() }),
);

/** Tokens live a little longer than they say: verifiers allow for clocks that differ. */
const SKEW_SECONDS = 60;

export interface RotationDeps {
  readonly database: Database;
  readonly bus: Bus;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly events: Events;
}

export function keyLifetimes(realm: Realm): KeyLifetimes {
  const { accessTokenTtl, keyRotation, jwksMaxAge } = SIGNING_SETTINGS.of(realm);
  return {
    jwksMaxAge,
    tokenLifetime: accessTokenTtl + SKEW_SECONDS,
    rotationPeriod: keyRotation,
  };
}

function scheduleOf(realm: Realm): Schedule {
  return { algorithm: SIGNING_SETTINGS.of(realm).signingAlg, lifetimes: keyLifetimes(realm) };
}

/**
 * Makes signing keys. Under the realm's lock: of many nodes one makes the key, all find it made.
 */
export class RotateSigningKey {
  readonly #deps: RotationDeps;

  constructor(deps: RotationDeps) {
    this.#deps = deps;
  }

  /**
   * Makes the next signing key if its time has come (or none exists). Resolves to whether it did,
   * and to when the one after it is due.
   */
  async ifDue(realm: Realm): Promise<{ readonly made: boolean; readonly nextAt: Date }> {
    const { clock, database } = this.#deps;
    const how = scheduleOf(realm);
    await saveSchedule(database, realm.id, how);
    const dueAt = (keys: readonly StoredKey[]) =>
      nextRotationAt(keys, how.algorithm, clock.now(), how.lifetimes);
    const isDue = (existing: readonly StoredKey[]) => dueAt(existing) <= clock.now();
    const { keys, made } = await this.#change(realm, how, isDue, schedule('rotate signing key'));
    return { made, nextAt: dueAt(keys) };
  }

  /**
   * Makes the next signing key now, by the settings of the nodes, which may be others than this
   * process has. When one is on its way already, that one is the answer.
   */
  async now(realm: Realm, caller: Caller): Promise<StoredKey> {
    const isWanted = (keys: readonly StoredKey[]) => !hasKeyOnItsWay(keys, this.#deps.clock.now());
    const how = (await findSchedule(this.#deps.database, realm.id)) ?? scheduleOf(realm);
    const { keys } = await this.#change(realm, how, isWanted, caller);
    const newest = keys.at(-1);
    if (newest === undefined) throw new Error('a rotation left no signing key');
    return newest;
  }

  async #change(
    realm: Realm,
    { algorithm, lifetimes }: Schedule,
    isWanted: (existing: readonly StoredKey[]) => boolean,
    caller: Caller,
  ): Promise<{ keys: StoredKey[]; made: boolean }> {
    const { database, clock, seal, bus, events } = this.#deps;
    const { keys, created } = await database.transaction(async (transaction) => {
      const { em } = transaction;
      await lockKeys(transaction, realm.id);
      const existing = await readKeys(em, realm.id);
      if (!isWanted(existing)) return { keys: existing, created: undefined };
      await assertSecret(existing, seal, realm.id);
      const now = clock.now();
      const activatesAt = activationOfNewKey(existing, now, lifetimes);
      const key = await generateKey(algorithm, seal, realm.id, { createdAt: now, activatesAt });
      addKey(em, realm.id, key);
      const details = { kid: key.kid, activatesAt };
      await events.emit(transaction, realm, SIGNING_KEY_CREATED, { caller, details });
      const gone = existing
        .filter((old) => statusOf(old, existing, now, lifetimes) === 'GONE')
        .map(({ kid }) => kid);
      if (gone.length > 0) await deleteKeys(em, realm.id, gone);
      return { keys: [...existing.filter(({ kid }) => !gone.includes(kid)), key], created: key };
    });
    if (created !== undefined) {
      await bus.publish(SIGNING_KEYS_CHANGED, { realmId: realm.id });
    }
    return { keys, made: created !== undefined };
  }
}
