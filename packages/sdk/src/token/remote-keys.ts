import type { CryptoKey } from 'jose';
import { keysOfAnswer } from './jwks.js';
import type { KeySource } from './verify-access-token.js';

export interface RemoteKeysOptions {
  /** Where the JWKS is; `/.well-known/jwks.json` under the issuer unless given. */
  readonly url: string;
  readonly algorithms: readonly string[];
  /** Replaces the global `fetch`, for a proxy or a test. */
  readonly fetch?: typeof fetch;
  /** Milliseconds, from any fixed point; the process's own clock unless given. */
  readonly elapsed?: () => number;
  readonly now?: () => Date;
}

const TIMEOUT_MS = 5_000;
const DEFAULT_MAX_AGE_MS = 5 * 60_000;
const MAX_AGE_LIMITS_MS = { least: 1_000, most: 24 * 60 * 60_000 };
/** Renewed in the background at this share of the max-age, so that nobody waits for it. */
const RENEW_AT = 0.8;
/** An unknown kid may be a new key, or somebody's invention: how often it is worth asking. */
const COOLDOWN_MS = 1_000;
/** While the issuer is down it is asked at intervals that double up to this. */
const LONGEST_BACK_OFF_MS = 30_000;
/**
 * While the issuer is down the keys that are known go on counting, but not for long: one may have
 * been withdrawn, and access tokens cannot be renewed without the issuer anyway.
 */
const LONGEST_STALE_MS = 60 * 60_000;

/**
 * The keys of a JWKS URL (RFC 7517), fetched once for all who ask, and renewed before they run out.
 * None counts beyond the max-age without the issuer having been asked again.
 */
export class RemoteKeys implements KeySource {
  readonly #options: RemoteKeysOptions;
  readonly #elapsed: () => number;
  #keys: ReadonlyMap<string, CryptoKey> = new Map();
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #maxAgeMs = 0;
  /** Until when the keys count without asking. */
  #trustedUntil = Number.NEGATIVE_INFINITY;
  #askAgainAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #lastFailure: unknown;
  #asking: Promise<void> | undefined;
  #clockOffsetMs: number | undefined;

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
    this.#elapsed = options.elapsed ?? (() => performance.now());
  }

  get clockOffsetMs(): number | undefined {
    return this.#clockOffsetMs;
  }

  has(kid: string): boolean {
    return this.#isTrusted() && this.#keys.has(kid);
  }

  async get(kid: string): Promise<CryptoKey | undefined> {
    if (!this.#isTrusted()) await this.#askOrFail();
    else if (this.#mayAsk()) {
      if (!this.#keys.has(kid)) await this.#ask();
      else if (this.#age() > this.#maxAgeMs * RENEW_AT) void this.#ask(); // in the background
    }
    return this.#keys.get(kid);
  }

  #age(): number {
    return this.#elapsed() - this.#fetchedAt;
  }

  #isTrusted(): boolean {
    return this.#elapsed() < this.#trustedUntil;
  }

  #mayAsk(): boolean {
    return this.#elapsed() >= this.#askAgainAt;
  }

  async #askOrFail(): Promise<void> {
    if (this.#mayAsk() || this.#asking !== undefined) await this.#ask();
    if (!this.#isTrusted()) throw this.#lastFailure;
  }

  /** Never rejects: a failure is kept, and what is known may still count for a while. */
  #ask(): Promise<void> {
    this.#asking ??= this.#fetch()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  async #fetch(): Promise<void> {
    const { url, algorithms, fetch: send = fetch } = this.#options;
    const response = await send(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json' },
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${url} answered ${response.status}`);
    }
    const keys = await keysOfAnswer(response, algorithms).catch((cause: unknown) => {
      throw new Error(`${url}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    });
    this.#keys = keys;
    this.#clockOffsetMs = clockOffset(response.headers, this.#options.now?.() ?? new Date());
    this.#maxAgeMs = maxAgeOf(response.headers.get('cache-control'));
    this.#fetchedAt = this.#elapsed();
    // A set without a usable key is an answer too: whatever was known before is withdrawn.
    if (keys.size === 0) {
      this.#fetchedAt = this.#trustedUntil = Number.NEGATIVE_INFINITY;
      throw new Error(`${url} holds no usable key`);
    }
    this.#trustedUntil = this.#fetchedAt + this.#maxAgeMs;
    this.#askAgainAt = this.#fetchedAt + COOLDOWN_MS;
    this.#failures = 0;
  }

  #failed(error: unknown): void {
    this.#lastFailure = error;
    const backOff = Math.min(LONGEST_BACK_OFF_MS, COOLDOWN_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#askAgainAt = this.#elapsed() + backOff;
    const staleAt = this.#fetchedAt + this.#maxAgeMs + LONGEST_STALE_MS;
    // Until the next attempt has had its time, so that nobody has to wait for it.
    const settled = this.#askAgainAt + TIMEOUT_MS;
    this.#trustedUntil = Math.max(this.#trustedUntil, Math.min(settled, staleAt));
  }
}

function maxAgeOf(cacheControl: string | null): number {
  const seconds = /(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])/i.exec(cacheControl ?? '')?.[1];
  if (seconds === undefined) return DEFAULT_MAX_AGE_MS;
  return Math.min(
    MAX_AGE_LIMITS_MS.most,
    Math.max(MAX_AGE_LIMITS_MS.least, Number(seconds) * 1_000),
  );
}

/** By `Date`, and by how long a cache has kept the answer (RFC 9110 section 6.6.1, RFC 9111). */
function clockOffset(headers: Headers, now: Date): number | undefined {
  const sentAt = Date.parse(headers.get('date') ?? '') + Number(headers.get('age') ?? 0) * 1_000;
  return Number.isNaN(sentAt) ? undefined : sentAt - now.getTime();
}
