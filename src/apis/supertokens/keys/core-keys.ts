import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Clock } from '../../../kernel/clock.js';
import type { Realm } from '../../../kernel/realm.js';
import type { Seal } from '../../../kernel/secrets.js';
import { type Bus, busMessage } from '../../../platform/bus/bus.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import type { App } from '../apps/app.js';
import {
  deleteCoreKeys,
  findCoreKeys,
  insertCoreKey,
  lockCoreKeys,
  type StoredCoreKey,
} from './core-key.store.js';
import { keyTimesOf, nextKeyDueAt, signingKeyOf, verifyingKeys } from './key-times.policy.js';

/** A key of an app that is ready to use. `publicJwk` is what the JWKS shows. */
export interface CoreKeyPair {
  readonly kid: string;
  readonly createdAt: Date;
  readonly publicJwk: JWK;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

export interface AdoptedKey {
  readonly kid: string;
  readonly createdAt: Date;
  /** RSA. */
  readonly privateJwk: object;
}

export interface PublishedKeys {
  /** Dynamic ones newest first, then the static ones. */
  readonly keys: readonly JWK[];
  /** Milliseconds since the epoch. */
  readonly nextDueAt: number;
}

interface KeySet {
  readonly dynamic: readonly CoreKeyPair[];
  /** Newest first: more than one where keys of another core came here. */
  readonly fixed: readonly CoreKeyPair[];
}

export interface CoreKeysDeps {
  readonly database: Database;
  readonly bus: Bus;
  readonly seal: Seal;
  readonly clock: Clock;
}

const ALGORITHM = 'RS256';
const RSA_BITS = 2048;
const MOST_KEPT = 500;
/** Follows the other nodes' keys while the bus is down. */
const KEPT_MS = 60_000;
/** So that a kid that somebody made up does not cost a query each time. */
const LOOK_AGAIN_MS = 1_000;
const KEYS_CHANGED = busMessage('supertokens-keys-changed', z.object({ realmId: z.string() }));

/** The keys of each app: dynamic ones that are made in turn, and a static one for ever. */
export class CoreKeys {
  readonly #deps: CoreKeysDeps;
  readonly #sets = new LRUCache<string, Promise<KeySet>>({ max: MOST_KEPT, ttl: KEPT_MS });
  readonly #lookedAt = new LRUCache<string, true>({ max: MOST_KEPT, ttl: LOOK_AGAIN_MS });

  constructor(deps: CoreKeysDeps) {
    this.#deps = deps;
    deps.bus.on(KEYS_CHANGED, ({ realmId }) => void this.#sets.delete(realmId));
  }

  /** The key that signs now. */
  async signing(app: App, kind: 'static' | 'dynamic'): Promise<CoreKeyPair> {
    const { dynamic, fixed } = await this.#current(app);
    const now = this.#deps.clock.now().getTime();
    const rotated = signingKeyOf(dynamic, keyTimesOf(app.config), now);
    // SDKs look at the prefix; keys of old cores have none.
    const lasting = fixed.find(({ kid }) => kid.startsWith('s-'));
    const key = kind === 'dynamic' && rotated !== undefined ? rotated : lasting;
    if (key === undefined) throw new Error('the app has no static key');
    return key;
  }

  /** The key that passes the test, if tokens that it signed still count. */
  async verifying(app: App, isIt: Test): Promise<CoreKeyPair | undefined> {
    const found = await findIn(this.#valid(app, await this.#current(app)), isIt);
    if (found !== undefined || this.#lookedAt.has(app.realm.id)) return found;
    this.#lookedAt.set(app.realm.id, true);
    this.#sets.delete(app.realm.id);
    return findIn(this.#valid(app, await this.#current(app)), isIt);
  }

  /** Those of a kind whose tokens still count, newest first. */
  async verifyingOf(app: App, kind: 'static' | 'dynamic'): Promise<readonly CoreKeyPair[]> {
    const { dynamic, fixed } = await this.#current(app);
    return this.#valid(app, kind === 'static' ? { dynamic: [], fixed } : { dynamic, fixed: [] });
  }

  async published(app: App): Promise<PublishedKeys> {
    const set = await this.#current(app);
    const keys = this.#valid(app, set).map(({ publicJwk }) => publicJwk);
    return { keys, nextDueAt: nextKeyDueAt(set.dynamic[0], keyTimesOf(app.config)) };
  }

  #valid(app: App, { dynamic, fixed }: KeySet): CoreKeyPair[] {
    const now = this.#deps.clock.now().getTime();
    return [...verifyingKeys(dynamic, keyTimesOf(app.config), now), ...fixed];
  }

  async #current(app: App): Promise<KeySet> {
    const { id } = app.realm;
    const known = await this.#sets.get(id);
    const now = this.#deps.clock.now().getTime();
    const isDue = nextKeyDueAt(known?.dynamic[0], keyTimesOf(app.config)) <= now;
    if (known !== undefined && !isDue) return known;
    const loading = this.#load(app);
    this.#sets.set(id, loading);
    loading.catch(() => this.#sets.delete(id));
    return loading;
  }

  /** Reads the keys, and makes those that are missing or due. */
  async #load(app: App): Promise<KeySet> {
    const { database, clock } = this.#deps;
    const { realm } = app;
    const times = keyTimesOf(app.config);
    const wantedOf = (stored: readonly StoredCoreKey[]) => {
      const newest = stored.find(({ kid }) => kid.startsWith('d-'));
      const now = clock.now().getTime();
      return {
        dynamic: nextKeyDueAt(newest, times) <= now,
        fixed: !stored.some(({ kid }) => kid.startsWith('s-')),
      };
    };
    let stored = await findCoreKeys(database, realm);
    const missing = wantedOf(stored);
    if (missing.dynamic || missing.fixed) {
      // Made before the lock is taken: that takes a while.
      const [dynamic, fixed] = await Promise.all([
        missing.dynamic ? this.#make(realm, `d-${clock.now().getTime()}`) : undefined,
        missing.fixed ? this.#make(realm, `s-${randomUUID()}`) : undefined,
      ]);
      stored = await database.transaction(async (sql) => {
        await lockCoreKeys(sql, realm);
        const wanted = wantedOf(await findCoreKeys(sql, realm));
        if (wanted.dynamic && dynamic) await insertCoreKey(sql, realm, dynamic);
        if (wanted.fixed && fixed) await insertCoreKey(sql, realm, fixed);
        const all = await findCoreKeys(sql, realm);
        const dynamicOnes = all.filter(({ kid }) => kid.startsWith('d-'));
        const valid = new Set(verifyingKeys(dynamicOnes, times, clock.now().getTime()));
        const gone = dynamicOnes.filter((key) => !valid.has(key)).map(({ kid }) => kid);
        if (gone.length > 0) await deleteCoreKeys(sql, realm, gone);
        return all.filter(({ kid }) => !gone.includes(kid));
      });
      await this.#deps.bus.publish(KEYS_CHANGED, { realmId: realm.id });
    }
    const pairs = await Promise.all(stored.map((key) => this.#open(realm, key)));
    const isDynamic = ({ kid }: CoreKeyPair) => kid.startsWith('d-');
    return { dynamic: pairs.filter(isDynamic), fixed: pairs.filter((pair) => !isDynamic(pair)) };
  }

  /** Takes over a key of another core; false when it is there. Call `announce` after the commit. */
  async adopt(
    sql: SqlExecutor,
    realm: Realm,
    { kid, createdAt, privateJwk }: AdoptedKey,
  ): Promise<boolean> {
    const sealed = this.#deps.seal.seal(JSON.stringify(privateJwk), sealContext(realm, kid));
    return insertCoreKey(sql, realm, { kid, createdAt, sealed });
  }

  async announce(realm: Realm): Promise<void> {
    this.#sets.delete(realm.id);
    await this.#deps.bus.publish(KEYS_CHANGED, { realmId: realm.id });
  }

  async #make(realm: Realm, kid: string): Promise<StoredCoreKey> {
    const options = { extractable: true, modulusLength: RSA_BITS };
    const { privateKey } = await generateKeyPair(ALGORITHM, options);
    const privateJwk = JSON.stringify(await exportJWK(privateKey));
    const sealed = this.#deps.seal.seal(privateJwk, sealContext(realm, kid));
    const time = /^d-(\d+)$/.exec(kid)?.[1];
    return { kid, sealed, createdAt: time ? new Date(Number(time)) : this.#deps.clock.now() };
  }

  /** The public half comes from the sealed one: writing to the database must not forge tokens. */
  async #open(realm: Realm, { kid, sealed, createdAt }: StoredCoreKey): Promise<CoreKeyPair> {
    const opened = this.#deps.seal.open(sealed, sealContext(realm, kid));
    const privateJwk = JSON.parse(opened) as JWK; // we sealed it
    const { kty, n, e } = privateJwk;
    if (kty !== 'RSA' || n === undefined || e === undefined)
      throw new Error(`${kid} is no RSA key`);
    const publicJwk = { kty, kid, n, e, alg: ALGORITHM, use: 'sig' };
    const [publicKey, privateKey] = await Promise.all(
      [publicJwk, privateJwk].map((jwk) => importJWK(jwk, ALGORITHM) as Promise<CryptoKey>), // RSA
    );
    if (publicKey === undefined || privateKey === undefined) throw new Error('no key');
    return { kid, createdAt, publicJwk, publicKey, privateKey };
  }
}

type Test = (key: CoreKeyPair) => boolean | Promise<boolean>;

async function findIn(keys: readonly CoreKeyPair[], isIt: Test): Promise<CoreKeyPair | undefined> {
  for (const key of keys) if (await isIt(key)) return key;
  return undefined;
}

function sealContext(realm: Realm, kid: string): string {
  return `supertokens-key:${realm.id}:${kid}`;
}
