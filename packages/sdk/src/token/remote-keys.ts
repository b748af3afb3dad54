import { type CryptoKey, importJWK, type JWK } from 'jose';
import type { KeySource } from './verify-access-token.js';

export interface RemoteKeysOptions {
  /** Where the JWKS is; `/.well-known/jwks.json` under the issuer unless given. */
  readonly url: string;
  readonly algorithms: readonly string[];
  /** Replaces the global `fetch`, for a proxy or a test. */
  readonly fetch?: typeof fetch;
  /** Milliseconds, from any fixed point; the process's own clock unless given. */
  readonly elapsed?: () => number;
}

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;
const DEFAULT_MAX_AGE_MS = 5 * 60_000;
const MAX_AGE_LIMITS_MS = { least: 1_000, most: 24 * 60 * 60_000 };
/** Renewed in the background at this share of the max-age, so that nobody waits for it. */
const RENEW_AT = 0.8;
/** An unknown kid may be a new key, or somebody's invention: how often it is worth asking. */
const UNKNOWN_KID_COOLDOWN_MS = 1_000;
/**
 * While the issuer is down the keys that are known go on counting, but not for ever: one may have
 * been withdrawn.
 */
const LONGEST_STALE_MS = 24 * 60 * 60_000;

/**
 * The keys of a JWKS URL (RFC 7517), fetched once for all who ask, renewed before they run out, and
 * kept while the issuer is down.
 */
export class RemoteKeys implements KeySource {
  readonly #options: RemoteKeysOptions;
  readonly #elapsed: () => number;
  #keys: ReadonlyMap<string, CryptoKey> = new Map();
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #maxAgeMs = DEFAULT_MAX_AGE_MS;
  #fetching: Promise<void> | undefined;

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
    this.#elapsed = options.elapsed ?? (() => performance.now());
  }

  has(kid: string): boolean {
    return this.#isUsable() && this.#keys.has(kid);
  }

  async get(kid: string): Promise<CryptoKey | undefined> {
    if (!this.#isUsable()) await this.#fetchOnce();
    else if (!this.#keys.has(kid) && this.#mayAskAgain())
      await this.#fetchOnce().catch(() => {}); // what is known still counts
    else if (this.#age() > this.#maxAgeMs * RENEW_AT && this.#mayAskAgain())
      void this.#fetchOnce().catch(() => {}); // in the background
    return this.#keys.get(kid);
  }

  #age(): number {
    return this.#elapsed() - this.#fetchedAt;
  }

  #isUsable(): boolean {
    return this.#age() < this.#maxAgeMs + LONGEST_STALE_MS;
  }

  #mayAskAgain(): boolean {
    return this.#elapsed() - this.#triedAt >= UNKNOWN_KID_COOLDOWN_MS;
  }

  #fetchOnce(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    this.#triedAt = this.#elapsed();
    const { url, algorithms, fetch: send = fetch } = this.#options;
    const response = await send(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json' },
    });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const keys = await importKeys(readJwks(await readText(response, url), url), algorithms);
    if (keys.size === 0) throw new Error(`${url} holds no usable key`);
    this.#keys = keys;
    this.#fetchedAt = this.#elapsed();
    this.#maxAgeMs = maxAgeOf(response.headers.get('cache-control'));
  }
}

/** The body, as long as it is of a size that a JWKS can have. */
async function readText(response: Response, url: string): Promise<string> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.byteLength > MAX_BYTES) throw new Error(`${url} answered more than a JWKS can hold`);
  return new TextDecoder().decode(bytes);
}

function readJwks(text: string, url: string): JWK[] {
  const body: unknown = JSON.parse(text);
  if (typeof body !== 'object' || body === null || !('keys' in body) || !Array.isArray(body.keys))
    throw new Error(`${url} is no JWKS`);
  return body.keys.filter((key): key is JWK => typeof key === 'object' && key !== null);
}

/**
 * Public signature keys of the accepted algorithms; anything else in the set is none of our
 * business (RFC 7517 section 5).
 */
async function importKeys(
  jwks: readonly JWK[],
  algorithms: readonly string[],
): Promise<Map<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>();
  for (const jwk of jwks) {
    if (
      jwk.kid === undefined ||
      jwk.alg === undefined ||
      !algorithms.includes(jwk.alg) ||
      'd' in jwk
    )
      continue;
    // a broken key must not take the others with it
    const key = await importJWK(jwk, jwk.alg).catch(() => undefined);
    if (key !== undefined && !(key instanceof Uint8Array)) keys.set(jwk.kid, key);
  }
  return keys;
}

function maxAgeOf(cacheControl: string | null): number {
  const seconds = /(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])/i.exec(cacheControl ?? '')?.[1];
  if (seconds === undefined) return DEFAULT_MAX_AGE_MS;
  return Math.min(
    MAX_AGE_LIMITS_MS.most,
    Math.max(MAX_AGE_LIMITS_MS.least, Number(seconds) * 1_000),
  );
}
