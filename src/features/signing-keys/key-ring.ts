import type { CryptoKey, JWK } from 'jose';
import { AuthError } from '../../kernel/auth-error.js';
import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Seal } from '../../kernel/secrets.js';
import type { Database } from '../../platform/database/database.js';
import { safeReason } from '../../platform/database/database-failure.js';
import { readKeys } from './key.store.js';
import type { KeyCache } from './key-cache.js';
import { type LoadedKey, loadKey, type StoredKey } from './key-material.js';
import {
  activeKey,
  goneAt,
  type KeyLifetimes,
  type SigningKeyStatus,
  statusOf,
} from './signing-key.policy.js';

export interface KeyRingDeps {
  readonly database: Database;
  /** Absent where there is no Redis. */
  readonly cache: KeyCache | undefined;
  readonly seal: Seal;
  readonly realmId: string;
  readonly lifetimes: KeyLifetimes;
  readonly clock: Clock;
  readonly log: Log;
}

/** An unknown kid may be a key that another node just made; how often that is worth a query. */
const UNKNOWN_KID_RELOAD_MS = 1_000;
/** How soon a renewal that failed is tried again, however many requests would like it. */
const RENEWAL_RETRY_MS = 1_000;

/**
 * The signing keys as this node knows them. Once loaded it answers from memory and renews itself in
 * the background every half of the JWKS's max-age, so that with the cache's equal half no key is
 * seen later than one max-age. It has no timer, since there may be many: whoever keeps it calls
 * `renewWhenStale` now and again.
 */
export class KeyRing {
  readonly #deps: KeyRingDeps;
  #keys: readonly LoadedKey[] = [];
  /** The same by id, with the time when each is gone: every request asks for one. */
  #byKid: ReadonlyMap<string, { readonly key: LoadedKey; readonly goneAt: number }> = new Map();
  #loadedAt = Number.NEGATIVE_INFINITY;
  /** When the database had the keys that are loaded. */
  #asOf = new Date(0);
  #loading: Promise<void> | undefined;
  #loadingNext: Promise<void> | undefined;
  #renewAgainAt = Number.NEGATIVE_INFINITY;
  #saidStale = false;
  readonly #saidUnusable = new Set<string>();

  constructor(deps: KeyRingDeps) {
    this.#deps = deps;
  }

  /** True once there is a key to sign with. */
  get ready(): boolean {
    return activeKey(this.#keys, this.#deps.clock.now()) !== undefined;
  }

  /** Keys that are not gone, with their place in the life cycle; oldest first. */
  list(): { readonly key: LoadedKey; readonly status: SigningKeyStatus }[] {
    const now = this.#deps.clock.now();
    return this.#keys
      .map((key) => ({ key, status: statusOf(key, this.#keys, now, this.#deps.lifetimes) }))
      .filter(({ status }) => status !== 'GONE');
  }

  /** The public keys as a JWK Set (RFC 7517). */
  jwks(): { keys: JWK[] } {
    this.renewWhenStale();
    return { keys: this.list().map(({ key }) => key.publicJwk) };
  }

  /** The key to sign with now. Throws SERVICE_UNAVAILABLE when none could be loaded yet. */
  signingKey(): LoadedKey {
    this.renewWhenStale();
    const key = activeKey(this.#keys, this.#deps.clock.now());
    if (key === undefined)
      throw new AuthError(
        'SERVICE_UNAVAILABLE',
        'No signing key is available yet. Try again shortly.',
      );
    return key;
  }

  /** True while tokens signed by this key may be accepted. */
  has(kid: string): boolean {
    return this.#find(kid) !== undefined;
  }

  /** The public key of that id; undefined when no such key is published. */
  async get(kid: string): Promise<CryptoKey | undefined> {
    this.renewWhenStale();
    const known = this.#find(kid);
    if (known !== undefined) return known.publicKey;
    if (performance.now() - this.#loadedAt > UNKNOWN_KID_RELOAD_MS) await this.reload('database');
    return this.#find(kid)?.publicKey;
  }

  /**
   * Reads the keys again; concurrent callers share one read. Whoever asks for the database's word
   * is not put off with a read that began before: it may have seen what was before, too.
   */
  async reload(from: 'cache' | 'database'): Promise<void> {
    if (this.#loading === undefined) return this.#startLoading(from);
    if (from === 'cache') return this.#loading;
    this.#loadingNext ??= this.#loading
      .catch(() => {})
      .then(() => {
        this.#loadingNext = undefined;
        return this.#startLoading('database');
      });
    return this.#loadingNext;
  }

  #startLoading(from: 'cache' | 'database'): Promise<void> {
    this.#loading = this.#load(from).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** Reads the keys again in the background when that is due; keeps the old ones if it fails. */
  renewWhenStale(): void {
    const now = performance.now();
    if (now - this.#loadedAt >= this.#renewalMs && now >= this.#renewAgainAt) this.#renew();
  }

  #find(kid: string): LoadedKey | undefined {
    const known = this.#byKid.get(kid);
    return known !== undefined && known.goneAt > this.#deps.clock.now().getTime()
      ? known.key
      : undefined;
  }

  get #renewalMs(): number {
    return (this.#deps.lifetimes.jwksMaxAge / 2) * 1000;
  }

  #renew(): void {
    this.#renewAgainAt = performance.now() + RENEWAL_RETRY_MS;
    this.reload('cache').then(
      () => this.#sayRenewed(),
      (error: unknown) => this.#sayStale(error),
    );
  }

  #sayStale(error: unknown): void {
    if (!this.#saidStale)
      this.#deps.log.warn(
        { reason: safeReason(error) },
        'Could not renew the signing keys; going on with those in memory',
      );
    this.#saidStale = true;
  }

  #sayRenewed(): void {
    if (this.#saidStale) this.#deps.log.info({}, 'The signing keys are up to date again');
    this.#saidStale = false;
  }

  async #load(from: 'cache' | 'database'): Promise<void> {
    const stored = await this.#read(from);
    const keys = await this.#loadAll(stored);
    const timeOf = (key: LoadedKey) =>
      goneAt(key, keys, this.#deps.lifetimes)?.getTime() ?? Number.POSITIVE_INFINITY;
    this.#byKid = new Map(keys.map((key) => [key.kid, { key, goneAt: timeOf(key) }]));
    this.#keys = keys;
    this.#loadedAt = performance.now();
  }

  async #read(from: 'cache' | 'database'): Promise<readonly StoredKey[]> {
    const { cache, database, realmId, clock } = this.#deps;
    const cached = from === 'cache' ? await cache?.read(realmId) : undefined;
    // Never back to what was before: a key may have been withdrawn since.
    if (cached !== undefined && cached.asOf >= this.#asOf) {
      this.#asOf = cached.asOf;
      return cached.keys;
    }
    const asOf = clock.now();
    const keys = await readKeys(database.em(), realmId);
    this.#asOf = asOf;
    if (keys.length > 0) await cache?.write(realmId, { asOf, keys });
    return keys;
  }

  /**
   * Leaves out what does not open, such as a key that a command with a wrong secret has added:
   * the others still count. Rejects when none opens.
   */
  async #loadAll(stored: readonly StoredKey[]): Promise<LoadedKey[]> {
    const results = await Promise.allSettled(stored.map((key) => this.#reuseOrLoad(key)));
    const failed = results.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    const [first] = failed;
    if (first !== undefined && failed.length === stored.length) throw first;
    for (const reason of failed) this.#sayUnusable(safeReason(reason));
    return results.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  }

  #sayUnusable(reason: string): void {
    if (this.#saidUnusable.has(reason)) return;
    this.#saidUnusable.add(reason);
    const { realmId, log } = this.#deps;
    log.error(
      { event: 'signing_key_unusable', realmId, reason },
      'Going on without a signing key that cannot be used; "authgraph keys withdraw" removes it',
    );
  }

  async #reuseOrLoad(key: StoredKey): Promise<LoadedKey> {
    return (
      this.#keys.find(({ kid }) => kid === key.kid) ??
      loadKey(key, this.#deps.seal, this.#deps.realmId)
    );
  }
}
