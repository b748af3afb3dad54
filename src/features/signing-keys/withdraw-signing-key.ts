import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import { addKey, deleteKeys, lockKeys, readKeys } from './key.store.js';
import type { KeyCache } from './key-cache.js';
import { assertSecret, generateKey, type StoredKey } from './key-material.js';
import { type RotationDeps, SIGNING_KEYS_CHANGED } from './rotate-signing-key.js';
import { activeKey } from './signing-key.policy.js';
import { SIGNING_KEY_CREATED, SIGNING_KEY_WITHDRAWN } from './signing-key-events.js';
import { SIGNING_SETTINGS } from './signing-settings.js';

export interface WithdrawalDeps extends RotationDeps {
  /** Of a realm; absent where there is no Redis. */
  readonly cacheOf: (realm: Realm) => KeyCache | undefined;
}

/** Takes a signing key out at once: what it signed is refused from now on. */
export class WithdrawSigningKey {
  readonly #deps: WithdrawalDeps;

  constructor(deps: WithdrawalDeps) {
    this.#deps = deps;
  }

  /**
   * Where no key is left to sign with, makes one that signs at once, and resolves to that. Rejects
   * with NOT_FOUND, and with a wrong secret before anything is written.
   */
  async run(realm: Realm, kid: string, caller: Caller): Promise<StoredKey | undefined> {
    const { database, clock, seal, events } = this.#deps;
    const made = await database.transaction(async (transaction) => {
      const { em } = transaction;
      await lockKeys(transaction, realm.id);
      const existing = await readKeys(em, realm.id);
      const left = existing.filter((key) => key.kid !== kid);
      if (left.length === existing.length)
        throw new AuthError('NOT_FOUND', `There is no signing key "${kid}".`);
      // The one that goes may be one that a wrong secret has sealed.
      await assertSecret(left.length > 0 ? left : existing, seal, realm.id);
      await deleteKeys(em, realm.id, [kid]);
      const details = { kid };
      await events.emit(transaction, realm, SIGNING_KEY_WITHDRAWN, { caller, details });
      const now = clock.now();
      if (activeKey(left, now) !== undefined) return undefined;
      const { signingAlg } = SIGNING_SETTINGS.of(realm);
      const times = { createdAt: now, activatesAt: now };
      const key = await generateKey(signingAlg, seal, realm.id, times);
      addKey(em, realm.id, key);
      const created = { kid: key.kid, activatesAt: now };
      await events.emit(transaction, realm, SIGNING_KEY_CREATED, { caller, details: created });
      return key;
    });
    await this.#announce(realm);
    return made;
  }

  /** Nodes that hear of it read the keys anew; for those that do not, the cache is right. */
  async #announce(realm: Realm): Promise<void> {
    const { database, bus, cacheOf, clock } = this.#deps;
    const asOf = clock.now();
    const keys = await readKeys(database.em(), realm.id);
    await cacheOf(realm)?.write(realm.id, { asOf, keys });
    await bus.publish(SIGNING_KEYS_CHANGED, { realmId: realm.id });
  }
}
