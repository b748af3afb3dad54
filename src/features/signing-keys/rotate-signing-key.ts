import type { Services } from '../../app/services.js';
import { generateKey, type StoredKey } from './key-material.js';
import { addKey, deleteKeys, lockKeys, readKeys } from './key-store.js';
import {
  activationOfNewKey,
  hasKeyOnItsWay,
  nextRotationAt,
  statusOf,
} from './signing-key.policy.js';

/** Makes the next signing key if its time has come (or none exists); resolves to when the one after it is due. */
export async function rotateSigningKeyIfDue(services: Services): Promise<Date> {
  const { clock, signingAlgorithm, keyLifetimes } = services;
  const dueAt = (keys: readonly StoredKey[]) =>
    nextRotationAt(keys, signingAlgorithm, clock.now(), keyLifetimes);
  const { keys } = await changeKeys(services, (existing) => dueAt(existing) <= clock.now());
  return dueAt(keys);
}

/** Makes the next signing key now. When one is already on its way, that one is the answer: rotating twice changes nothing. */
export async function rotateSigningKey(services: Services): Promise<StoredKey> {
  const { keys } = await changeKeys(
    services,
    (existing) => !hasKeyOnItsWay(existing, services.clock.now()),
  );
  const newest = keys.at(-1);
  if (newest === undefined) throw new Error('a rotation left no signing key');
  return newest;
}

/** Under the realm's lock, so that of many nodes one makes the key and the others find it made. */
async function changeKeys(
  services: Services,
  wanted: (existing: readonly StoredKey[]) => boolean,
): Promise<{ keys: StoredKey[] }> {
  const {
    database,
    realmId,
    clock,
    keyLifetimes,
    keySeal,
    signingAlgorithm,
    keys: ring,
    bus,
    log,
  } = services;
  const { keys, created } = await database.em().transactional(async (em) => {
    await lockKeys(em, realmId);
    const existing = await readKeys(em, realmId);
    if (!wanted(existing)) return { keys: existing, created: undefined };
    const now = clock.now();
    const activatesAt = activationOfNewKey(existing, now, keyLifetimes);
    const key = await generateKey(signingAlgorithm, keySeal, realmId, {
      createdAt: now,
      activatesAt,
    });
    addKey(em, realmId, key);
    const gone = existing
      .filter((old) => statusOf(old, existing, now, keyLifetimes) === 'GONE')
      .map(({ kid }) => kid);
    if (gone.length > 0) await deleteKeys(em, realmId, gone);
    return { keys: [...existing.filter(({ kid }) => !gone.includes(kid)), key], created: key };
  });
  if (created !== undefined) {
    log.info(
      { event: 'signing_key_created', kid: created.kid, activatesAt: created.activatesAt },
      'A new signing key is published',
    );
    await ring.reload('database');
    await bus.publish({ type: 'signing-keys-changed', realmId });
  }
  return { keys };
}
