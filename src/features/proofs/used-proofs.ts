import { hash } from 'node:crypto';
import type { Proof } from '@authgraph/sdk';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import type { Realm } from '../../kernel/realm.js';

/** More than honest clients send in the minute that a proof lives; then the oldest make room. */
const MOST_REMEMBERED = 100_000;
/** Clocks of nodes differ: what one still takes, another must not have forgotten. */
const MARGIN_MS = 10_000;

/**
 * Which proofs were used: each is good for one request (RFC 9449 section 11.1). In the process's
 * memory, and in Redis where there is one, so that no other node takes it either.
 */
export class UsedProofs {
  readonly #redis: Redis | undefined;
  readonly #seen = new LRUCache<string, true>({ max: MOST_REMEMBERED, ttlAutopurge: false });

  constructor(redis: Redis | undefined) {
    this.#redis = redis;
  }

  /** Uses a proof; false when it was used before. */
  async use(realm: Realm, { keyThumbprint, id, expiresAt }: Proof, now: Date): Promise<boolean> {
    const name = `authgraph:proof:${hash('sha256', JSON.stringify([realm.id, keyThumbprint, id]))}`;
    if (this.#seen.has(name)) return false;
    const ttl = Math.max(0, expiresAt.getTime() - now.getTime()) + MARGIN_MS;
    this.#seen.set(name, true, { ttl });
    try {
      return (await this.#redis?.set(name, '', 'PX', ttl, 'NX')) !== null;
    } catch {
      return true; // Redis is down: each node counts for itself
    }
  }
}
