import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import type { Realm } from '../../kernel/realm.js';

/** More than honest clients send while one of them is good; then the oldest make room. */
const MOST_REMEMBERED = 100_000;
/** Clocks of nodes differ: what one still takes, another must not have forgotten. */
const MARGIN_MS = 10_000;

/**
 * What may be used once, such as a proof (RFC 9449 section 11.1). Used ones are remembered in the
 * process's memory, and in Redis where there is one, so that no other node takes them either.
 */
export class SingleUse {
  readonly #kind: string;
  readonly #redis: Redis | undefined;
  // By size, since `max` would take the memory for all of them at once.
  readonly #seen = new LRUCache<string, true>({
    maxSize: MOST_REMEMBERED,
    sizeCalculation: () => 1,
    ttlAutopurge: false,
  });

  /** `kind` names them in Redis. */
  constructor(kind: string, redis: Redis | undefined) {
    this.#kind = kind;
    this.#redis = redis;
  }

  /** Uses it up; false when it was used before. `id` is its parts, which name it together. */
  async use(realm: Realm, id: readonly string[], expiresAt: Date, now: Date): Promise<boolean> {
    const name = `authgraph:${this.#kind}:${hash('sha256', JSON.stringify([realm.id, ...id]))}`;
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
