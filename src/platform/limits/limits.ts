import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { Counter } from 'prom-client';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Metrics } from '../metrics/metrics.js';
import { type Count, type Limit, limit } from './limit.js';
import { LIMIT_SETTINGS } from './limit-settings.js';

export interface LimitsDeps {
  readonly redis: Redis | undefined;
  readonly metrics: Metrics;
  readonly production: boolean;
}

const MESSAGES = limit(
  'message-account',
  'account',
  (realm) => LIMIT_SETTINGS.of(realm).limitMessagesPerAccount,
);
const MESSAGES_PER_ADDRESS = limit(
  'message-address',
  'address',
  (realm) => LIMIT_SETTINGS.of(realm).limitMessagesPerAddress,
);

/**
 * Counts attempts, over all nodes where there is a Redis, else in this process; while Redis is
 * away each node counts for itself. Call it inside a flow, once an attempt: then it does not matter
 * whether attempts come as requests, aliases or batches.
 *
 * @example
 * // beside the flow; the rate is a setting that each realm may override
 * const CODES = limit('codes', 'account', (realm) => MY_SETTINGS.of(realm).limitCodes);
 *
 * await limits.spend(realm, CODES.of(email.normalized)); // rejects with RATE_LIMITED
 */
export class Limits {
  readonly #deps: LimitsDeps;
  readonly #limiters = new Map<string, RateLimiterAbstract>();
  readonly #refused: Counter<'limit'>;

  constructor(deps: LimitsDeps) {
    this.#deps = deps;
    this.#refused = new Counter({
      name: 'authgraph_rate_limited_total',
      help: 'Attempts that a limit refused, by limit',
      labelNames: ['limit'],
      registers: [deps.metrics],
    });
  }

  /**
   * Counts one attempt against each, in their order: what an earlier one refuses does not count
   * against a later one. Rejects with RATE_LIMITED and the seconds to wait.
   */
  async spend(realm: Realm, ...counts: readonly Count[]): Promise<void> {
    for (const { limiter, key, limit } of this.#active(realm, counts)) {
      await limiter.consume(key).catch((error: unknown) => {
        if (!(error instanceof RateLimiterRes)) throw error;
        this.#refused.inc({ limit: limit.name });
        throw tooMany(error);
      });
    }
  }

  /**
   * Counts a mail, or a message with a code, that anybody can have sent. Call it before looking
   * whether `recipient` (a normalised address, a number) is known, so that the answer is the same.
   *
   * @example
   * await limits.spendMessage(realm, email.normalized, caller);
   */
  spendMessage(realm: Realm, recipient: string, { ipAddress }: Caller): Promise<void> {
    return this.spend(realm, MESSAGES_PER_ADDRESS.of(ipAddress), MESSAGES.of(recipient));
  }

  /** Counts one and refuses nothing: `isReached` tells what comes of it. */
  async note(realm: Realm, count: Count): Promise<void> {
    for (const { limiter, key } of this.#active(realm, [count])) await limiter.penalty(key);
  }

  /** Whether as many were counted as the rate allows. Counts nothing itself. */
  async isReached(realm: Realm, count: Count): Promise<boolean> {
    for (const { limiter, key } of this.#active(realm, [count])) {
      const counted = await limiter.get(key);
      if (counted !== null && counted.consumedPoints >= limiter.points) return true;
    }
    return false;
  }

  /** Gives one attempt back, which turned out to be none that should count. */
  async refund(realm: Realm, ...counts: readonly Count[]): Promise<void> {
    for (const { limiter, key } of this.#active(realm, counts)) await limiter.reward(key);
  }

  /** Forgets all attempts, for one who has proved to be the owner. */
  async forgive(realm: Realm, ...counts: readonly Count[]): Promise<void> {
    for (const { limiter, key } of this.#active(realm, counts)) await limiter.delete(key);
  }

  #active(realm: Realm, counts: readonly Count[]) {
    const { limits } = LIMIT_SETTINGS.of(realm);
    const mode = limits ?? (this.#deps.production ? 'all' : 'accounts');
    return counts.flatMap(({ limit, subject }) => {
      const isOff = mode === 'off' || (mode === 'accounts' && limit.per === 'address');
      if (isOff || subject === null) return [];
      return [{ limit, limiter: this.#limiterOf(realm, limit), key: keyOf(realm, subject) }];
    });
  }

  /** Realms that have the same rate share one. */
  #limiterOf(realm: Realm, { name, rate }: Limit): RateLimiterAbstract {
    const { times: points, seconds: duration } = rate(realm);
    const id = `${name} ${points}/${duration}`;
    const known = this.#limiters.get(id);
    if (known !== undefined) return known;
    const options = { keyPrefix: `authgraph:limit:${name}`, points, duration };
    const memory = new RateLimiterMemory(options);
    const { redis: storeClient } = this.#deps;
    const limiter =
      storeClient === undefined
        ? memory
        : new RateLimiterRedis({
            ...options,
            storeClient,
            rejectIfRedisNotReady: true,
            insuranceLimiter: memory,
          });
    this.#limiters.set(id, limiter);
    return limiter;
  }
}

/** Who tried is nobody's business in Redis. */
function keyOf(realm: Realm, subject: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([realm.id, ...subject]))
    .digest('base64url');
}

function tooMany({ msBeforeNext }: RateLimiterRes): AuthError<'RATE_LIMITED'> {
  const retryAfterSeconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  return new AuthError('RATE_LIMITED', 'Too many attempts. Try again later.', {
    retryAfterSeconds,
  });
}
